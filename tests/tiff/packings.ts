/**
 * What TIFF packs by, from the other side.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { deflateSync } from "node:zlib";

/** By the number of the compression. */
export const PACKINGS: Readonly<
  Record<number, (bytes: Uint8Array) => Uint8Array>
> = {
  1: (bytes) => bytes,
  5: lzw,
  8: (bytes) => deflateSync(bytes),
  32773: packBits,
  32946: (bytes) => deflateSync(bytes),
};

/** Codes of those widths, the first bit the highest. */
export function codesOf(
  codes: readonly (readonly [code: number, width: number])[],
): Uint8Array {
  const bits = codes.map(([code, width]) =>
    code.toString(2).padStart(width, "0")
  ).join("");
  const bytes = bits.match(/.{1,8}/g) ?? [];
  return Buffer.from(bytes.map((it) => parseInt(it.padEnd(8, "0"), 2)));
}

/** Source: TIFF 6.0, section 13, "LZW Compression". */
export function lzw(bytes: Uint8Array): Uint8Array {
  const codes: [number, number][] = [[256, 9]];
  let table = new Map<string, number>();
  let prefix = "";
  const codeOf = (text: string) =>
    text.length === 1 ? text.charCodeAt(0) : table.get(text) ?? -1;
  // A bit more once a code of the table needs it, though none is there yet.
  const width = () => 32 - Math.clz32(258 + table.size);
  for (const byte of bytes) {
    const letter = String.fromCharCode(byte);
    const longer = prefix + letter;
    if (codeOf(longer) >= 0) {
      prefix = longer;
      continue;
    }
    codes.push([codeOf(prefix), Math.max(9, width())]);
    table.set(longer, 258 + table.size);
    prefix = letter;
    if (258 + table.size === 4094) {
      codes.push([256, 12]);
      table = new Map();
    }
  }
  if (prefix !== "") {
    codes.push([codeOf(prefix), Math.max(9, width())]);
    table.set("", 0);
  }
  codes.push([257, Math.max(9, width())]);
  return codesOf(codes);
}

/** Runs of three and more, and what is between them. */
export function packBits(bytes: Uint8Array): Uint8Array {
  const packed: number[] = [];
  let spelt: number[] = [];
  const flush = () => {
    if (spelt.length > 0) packed.push(spelt.length - 1, ...spelt);
    spelt = [];
  };
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] ?? 0;
    let end = at + 1;
    while (end < bytes.length && end - at < 128 && bytes[end] === byte) end++;
    if (end - at >= 3) {
      flush();
      packed.push(257 - (end - at), byte);
      at = end;
      continue;
    }
    spelt.push(byte);
    if (spelt.length === 128) flush();
    at++;
  }
  flush();
  return Buffer.from(packed);
}

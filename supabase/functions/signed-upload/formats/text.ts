/**
 * Text, of whatever kind.
 *
 * @module
 */
import type { Bytes } from "../../_shared/bytes.ts";
import { KiB } from "../../_shared/units.ts";
import type { Extent } from "./format.ts";

/** Looked at from either end: a program or an archive shows itself in less. */
const LOOK = 64 * KiB;

/**
 * Takes a file that is text at either end: without a binary data byte, or in
 * UTF-16 by its mark, where units take the place of bytes. Which letters the
 * other bytes are is not asked: Latin-1 is text as well as UTF-8.
 */
export async function text(bytes: Bytes): Promise<Extent | undefined> {
  const { size } = bytes;
  const head = await bytes.at(0, LOOK);
  const isLittle = isLittleEndian(head);
  // Half a unit is none.
  if (isLittle !== undefined && size % 2 !== 0) return undefined;
  const tail = await bytes.at(Math.max(0, size - LOOK), LOOK);
  const isBinary = [head, tail].some((it) =>
    isLittle === undefined ? it.some(isBinaryData) : hasBinaryUnit(it, isLittle)
  );
  return isBinary ? undefined : { end: size, pixels: 0 };
}

/** Of UTF-16, by its byte order mark. `undefined` for what has none. */
function isLittleEndian([first, second]: Uint8Array): boolean | undefined {
  if (first === 0xff && second === 0xfe) return true;
  if (first === 0xfe && second === 0xff) return false;
  return undefined;
}

/** WHATWG MIME Sniffing §3, "binary data byte". */
function isBinaryData(byte: number): boolean {
  return byte <= 0x08 || byte === 0x0b || byte >= 0x0e && byte <= 0x1a ||
    byte >= 0x1c && byte <= 0x1f;
}

function hasBinaryUnit(part: Uint8Array, isLittle: boolean): boolean {
  const view = new DataView(part.buffer, part.byteOffset, part.length);
  for (let at = 0; at + 1 < part.length; at += 2) {
    if (isBinaryData(view.getUint16(at, isLittle))) return true;
  }
  return false;
}

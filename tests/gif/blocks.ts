/**
 * GIF, block by block, for files that say anything: GIF89a Specification.
 *
 * @module
 */
import { Buffer } from "node:buffer";

/** A frame, of whatever it says. */
export interface Picture {
  readonly left?: number;
  readonly top?: number;
  readonly width: number;
  readonly height: number;
  /** An index for each pixel, from the top. */
  readonly indices: Uint8Array | readonly number[];
  /** Of its own. */
  readonly colours?: readonly string[];
  readonly transparent?: number;
  readonly disposal?: number;
  readonly hundredths?: number;
  readonly isInterlaced?: boolean;
  readonly bits?: number;
  /** Instead of codes of `indices`. */
  readonly codes?: Uint8Array;
}

export function short(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

/** `rrggbb` of each, filled up to `2 ** (bits + 1)` of them. */
function table(colours: readonly string[]): { bits: number; bytes: Buffer } {
  const bits = Math.max(0, Math.ceil(Math.log2(colours.length)) - 1);
  const bytes = Buffer.alloc(3 * (2 << bits));
  bytes.write(colours.join(""), "hex");
  return { bits, bytes };
}

/** The header and the screen. */
export function start(
  width: number,
  height: number,
  colours: readonly string[] = [],
): Buffer {
  const { bits, bytes } = table(colours);
  const isThere = colours.length > 0;
  const flags = Buffer.of(isThere ? 0x80 | bits : 0, 0, 0);
  const head = [Buffer.from("GIF89a"), short(width), short(height), flags];
  return Buffer.concat([...head, isThere ? bytes : Buffer.alloc(0)]);
}

/** Repeats an animation: 0 is for ever. */
export function looping(count: number, name = "NETSCAPE2.0"): Buffer {
  return extension(0xff, Buffer.from(name), Buffer.of(1, ...short(count)));
}

export function extension(label: number, ...blocks: Uint8Array[]): Buffer {
  const parts = blocks.flatMap((it) => [Buffer.of(it.length), it]);
  return Buffer.concat([Buffer.of(0x21, label), ...parts, Buffer.of(0)]);
}

export const TRAILER = Buffer.of(0x3b);

/** A frame, with what is said before it. */
export function frame(picture: Picture): Buffer {
  const { left = 0, top = 0, width, height, colours, bits = 8 } = picture;
  const { transparent, disposal = 0, hundredths = 0 } = picture;
  const control = extension(
    0xf9,
    Buffer.of(
      disposal << 2 | (transparent === undefined ? 0 : 1),
      ...short(hundredths),
      transparent ?? 0,
    ),
  );
  const own = colours === undefined ? undefined : table(colours);
  const flags = (own === undefined ? 0 : 0x80 | own.bits) |
    (picture.isInterlaced ? 0x40 : 0);
  return Buffer.concat([
    control,
    Buffer.of(0x2c),
    ...[left, top, width, height].map(short),
    Buffer.of(flags),
    own?.bytes ?? Buffer.alloc(0),
    Buffer.of(bits),
    subBlocks(picture.codes ?? codesOf(picture.indices, bits)),
  ]);
}

export function subBlocks(data: Uint8Array, size = 255): Buffer {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < data.length; at += size) {
    const part = data.subarray(at, at + size);
    parts.push(Buffer.of(part.length), part);
  }
  return Buffer.concat([...parts, Buffer.of(0)]);
}

/** Codes that compress nothing: the table is cleared before it grows. */
export function codesOf(
  indices: Uint8Array | readonly number[],
  bits: number,
): Buffer {
  const clear = 1 << bits;
  const codes: number[] = [];
  for (const [i, index] of indices.entries()) {
    if (i % (clear - 2) === 0) codes.push(clear);
    codes.push(index);
  }
  return packed([...codes, clear + 1], bits + 1);
}

/** Codes of one width, the lowest bits first. */
export function packed(codes: readonly number[], width: number): Buffer {
  const bytes = Buffer.alloc(Math.ceil(codes.length * width / 8));
  for (const [i, code] of codes.entries()) {
    for (let bit = 0; bit < width; bit++) {
      const at = i * width + bit;
      if (code >> bit & 1) {
        bytes[at >> 3] = (bytes[at >> 3] ?? 0) | 1 << (at & 7);
      }
    }
  }
  return bytes;
}

/**
 * Animated WebP, chunk by chunk.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Size } from "../../supabase/functions/image-proxy/engine/geometry.ts";

const RIFF_HEADER = 12;
const [ANIMATION, ALPHA] = [2, 16];

interface Chunk {
  readonly name: string;
  readonly data: Uint8Array;
}

/** A frame: a file, and where it is on the canvas, at even places. */
export interface Frame {
  readonly file: Uint8Array;
  readonly left?: number;
  readonly top?: number;
  /** What it says of itself, if it is not what it is. */
  readonly claim?: Size;
}

export function chunk({ name, data }: Chunk): Uint8Array {
  const start = Buffer.from(`${name}....`, "latin1");
  start.writeUInt32LE(data.length, 4);
  return Buffer.concat([start, data, Buffer.alloc(data.length % 2)]);
}

function chunksOf(file: Uint8Array): Chunk[] {
  const bytes = Buffer.from(file);
  const found: Chunk[] = [];
  for (let at = RIFF_HEADER; at < bytes.length;) {
    const name = bytes.toString("latin1", at, at + 4);
    const end = at + 8 + bytes.readUInt32LE(at + 4);
    found.push({ name, data: bytes.subarray(at + 8, end) });
    at = end + end % 2;
  }
  return found;
}

/** Of the picture in a file that is no animation. */
export function webpSize(file: Uint8Array): Size {
  const chunks = chunksOf(file).map(({ name, data }) =>
    [name, Buffer.from(data)] as const
  );
  for (const [name, data] of chunks) {
    if (name === "VP8 ") {
      const [width, height] = [data.readUInt16LE(6), data.readUInt16LE(8)];
      return { width: width & 0x3fff, height: height & 0x3fff };
    }
    if (name !== "VP8L") continue;
    const bits = data.readUInt32LE(1);
    return { width: (bits & 0x3fff) + 1, height: (bits >> 14 & 0x3fff) + 1 };
  }
  throw new Error("Cannot find a picture");
}

function u24(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(3 * values.length);
  for (const [i, it] of values.entries()) bytes.writeUIntLE(it, 3 * i, 3);
  return bytes;
}

function frameOf({ file, left = 0, top = 0, claim }: Frame): Uint8Array {
  const { width, height } = claim ?? webpSize(file);
  const place = u24(left / 2, top / 2, width - 1, height - 1, 100);
  const parts = chunksOf(file)
    .filter(({ name }) => ["ALPH", "VP8 ", "VP8L"].includes(name)).map(chunk);
  const data = Buffer.concat([place, Buffer.alloc(1), ...parts]);
  return chunk({ name: "ANMF", data });
}

/** By the WebP Container Specification, "Extended File Format". */
export function animation(
  { width, height }: Size,
  frames: readonly Frame[],
): Uint8Array {
  const canvas = [Buffer.alloc(3), u24(width - 1, height - 1)];
  const flags = Buffer.from([ANIMATION | ALPHA]);
  const data = Buffer.concat([
    Buffer.from("WEBP"),
    chunk({ name: "VP8X", data: Buffer.concat([flags, ...canvas]) }),
    chunk({ name: "ANIM", data: Buffer.alloc(6) }),
    ...frames.map(frameOf),
  ]);
  // Not a buffer, whose `slice` is no copy.
  return Uint8Array.from(chunk({ name: "RIFF", data }));
}

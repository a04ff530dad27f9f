/**
 * RIFF, of which WebP is made: RFC 9649, section 2.3. No I/O.
 *
 * @module
 */
import { joined } from "../gif/joined.ts";
import { ascii, viewOf } from "../header/header.ts";

/** A chunk: its name, and its bytes without what fills them up. */
export interface Chunk {
  readonly name: string;
  readonly data: Uint8Array;
}

/**
 * The chunks of `file` from `at` on, as far as they are whole.
 */
export function* chunksOf(file: Uint8Array, at: number): Generator<Chunk> {
  const view = viewOf(file);
  while (at + 8 <= file.length) {
    const length = view.getUint32(at + 4, true);
    if (at + 8 + length > file.length) return;
    const data = file.subarray(at + 8, at + 8 + length);
    yield { name: ascii(file, at, 4), data };
    at += 8 + length + length % 2;
  }
}

/** A chunk as it is written. */
export function chunk(
  name: string,
  ...parts: readonly Uint8Array[]
): Uint8Array {
  const length = parts.reduce((sum, it) => sum + it.length, 0);
  const head = Uint8Array.from(name, (it) => it.charCodeAt(0));
  const fill = new Uint8Array(length % 2);
  return joined([head, little(length, 4), ...parts, fill]);
}

/** A file of the form `WEBP`. */
export function webpOf(
  ...chunks: readonly Uint8Array[]
): Uint8Array<ArrayBuffer> {
  const form = Uint8Array.from("WEBP", (it) => it.charCodeAt(0));
  const file = chunk("RIFF", form, ...chunks);
  return file as Uint8Array<ArrayBuffer>;
}

/** A number of so many bytes, the lowest first. */
export function little(value: number, bytes: number): Uint8Array {
  return Uint8Array.from(
    { length: bytes },
    (_, i) => Math.floor(value / 2 ** (8 * i)) & 0xff,
  );
}

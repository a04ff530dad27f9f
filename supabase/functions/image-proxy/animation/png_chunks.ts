/**
 * The chunks that PNG is made of: W3C Portable Network Graphics, third edition,
 * section 5.3. No I/O.
 *
 * @module
 */
import { joined } from "../gif/joined.ts";
import { ascii, viewOf } from "../header/header.ts";
import { crc32 } from "./crc32.ts";

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10);

/** A chunk: its type, and its bytes. */
export interface PngChunk {
  readonly type: string;
  readonly data: Uint8Array;
}

/** The chunks of `file`, as far as they are whole, up to its end. */
export function* pngChunks(file: Uint8Array): Generator<PngChunk> {
  const view = viewOf(file);
  let at = SIGNATURE.length;
  while (at + 12 <= file.length) {
    const length = view.getUint32(at);
    const end = at + 8 + length;
    if (end + 4 > file.length) return;
    const type = ascii(file, at + 4, 4);
    yield { type, data: file.subarray(at + 8, end) };
    if (type === "IEND") return;
    at = end + 4;
  }
}

/** A file of `chunks`, with what begins and ends it. */
export function pngOf(chunks: readonly PngChunk[]): Uint8Array<ArrayBuffer> {
  const last = { type: "IEND", data: new Uint8Array() };
  return joined([SIGNATURE, ...[...chunks, last].flatMap(written)]);
}

function written({ type, data }: PngChunk): Uint8Array[] {
  const name = Uint8Array.from(type, (it) => it.charCodeAt(0));
  const body = joined([name, data]);
  return [big(data.length, 4), body, big(crc32(body), 4)];
}

/** A number of so many bytes, the highest first. */
export function big(value: number, bytes: number): Uint8Array {
  return Uint8Array.from(
    { length: bytes },
    (_, i) => Math.floor(value / 2 ** (8 * (bytes - 1 - i))) & 0xff,
  );
}

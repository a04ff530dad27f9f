/**
 * What is in an AV1 stream, before a decoder sees it: a decoder takes memory and
 * time by what the stream says, whatever the boxes around it say. No I/O.
 *
 * @module
 */
import { Refused, unsupported } from "../header/refused.ts";
import { readSequenceHeader, type SequenceHeader } from "./sequence_header.ts";

/** AV1 §6.2.2, `obu_type`. */
const SEQUENCE_HEADER = 1;
const FRAME_HEADER = 3;
const FRAME = 6;
const REDUNDANT_FRAME_HEADER = 7;
const TILE_LIST = 8;

const FRAMES: readonly number[] = [FRAME_HEADER, FRAME, REDUNDANT_FRAME_HEADER];

/** A picture is one frame; in layers, from coarse to fine, up to four. */
const MAX_FRAMES = 4;

/** OBUs in a stream: a frame may have one for each of its tiles. */
const MAX_OBUS = 1024;

/** Of a stream, or of what there is of it. */
export interface Stream {
  /** Undefined if it has not come yet. */
  readonly header: SequenceHeader | undefined;
  readonly frames: number;
}

/**
 * Walks the OBUs (AV1 §5.3) of `bytes`, which end in the middle of one unless
 * they are the `whole` stream.
 */
export function readStream(bytes: Uint8Array, isWhole: boolean): Stream {
  let header: SequenceHeader | undefined;
  let said: Uint8Array | undefined;
  let frames = 0;
  let count = 0;
  for (const { type, payload, isCut } of obusOf(bytes, isWhole)) {
    if (++count > MAX_OBUS) throw new Refused("corrupt");
    if (type === TILE_LIST) throw unsupported("It is a list of tiles");
    if (FRAMES.includes(type) && ++frames > MAX_FRAMES) {
      throw unsupported("It has more frames than a picture");
    }
    if (type !== SEQUENCE_HEADER || isCut) continue;
    // One that comes later is the same, or a decoder would begin anew.
    if (said !== undefined && !isSame(said, payload)) {
      throw new Refused("corrupt");
    }
    said = payload;
    header ??= readSequenceHeader(payload);
  }
  if (isWhole && frames === 0) throw new Refused("corrupt");
  return { header, frames };
}

interface Obu {
  readonly type: number;
  readonly payload: Uint8Array;
  readonly isCut: boolean;
}

function* obusOf(bytes: Uint8Array, isWhole: boolean): Generator<Obu> {
  let at = 0;
  while (at < bytes.length) {
    const head = bytes[at++] ?? 0;
    const type = head >> 3 & 15;
    // The first bit is zero; and without a size a decoder cannot go on.
    if ((head & 0x80) !== 0 || (head & 2) === 0) throw new Refused("corrupt");
    if ((head & 4) !== 0) at++;
    let size = 0;
    let isMore = true;
    for (let i = 0; isMore && i < 8; i++, at++) { // AV1 §4.10.5, leb128()
      const byte = bytes[at];
      if (byte === undefined && !isWhole) return;
      if (byte === undefined) throw new Refused("corrupt");
      size += (byte & 0x7f) * 2 ** (7 * i);
      isMore = byte > 0x7f;
    }
    const end = at + size;
    const isCut = end > bytes.length;
    if (isMore || (isCut && isWhole)) throw new Refused("corrupt");
    yield { type, payload: bytes.subarray(at, end), isCut };
    at = end;
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

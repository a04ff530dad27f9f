/**
 * The streams of HEIC, and what is decoded of them. No I/O.
 *
 * @module
 */
import type * as heif from "../heif/coded.ts";
import { Refused } from "../header/refused.ts";
import { bytesAt, type File } from "../heif/extents.ts";
import { readHvcC, type Sets } from "./hvcc.ts";
import { nalsOf, slicesOf, streamOf } from "./nal.ts";
import { readSps, type Sps } from "./sps.ts";

/** Of a stream: its parameter sets, and what they say. */
export interface HevcHeader extends Sps {
  readonly sets: Sets;
}

export type Coded = heif.Coded<HevcHeader>;
export type Tile = heif.Tile<HevcHeader>;

/** What `hvcC` says is all that is said: `hvc1` has nothing of it elsewhere. */
export const HEVC: heif.Codec<HevcHeader> = {
  type: "hvc1",
  /** 768 of 512 × 512 are the 200 MP of a phone, which are too many to decode. */
  maxTiles: 1024,
  read(bytes, isWhole, { content }) {
    const sets = readHvcC(content);
    const header = { ...readSps(sets.sps), sets };
    if (isWhole) slicesOf(nalsOf(bytes, sets.lengthBytes));
    return { header, depth: header.depth, frames: isWhole ? 1 : 0 };
  },
};

/** What the decoder is given of a tile: nothing but what was looked at. */
export function tileStream(file: File, { header, place }: Tile): Uint8Array {
  if (header === undefined) throw new Refused("truncated");
  const { sps, pps, lengthBytes } = header.sets;
  const nals = nalsOf(bytesAt(file, place), lengthBytes);
  return streamOf([sps, ...pps, ...slicesOf(nals)]);
}

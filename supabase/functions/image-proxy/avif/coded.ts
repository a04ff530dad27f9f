/**
 * The streams of AVIF, and what its boxes say of them. No I/O.
 *
 * @module
 */
import type * as heif from "../heif/coded.ts";
import { Refused } from "../header/refused.ts";
import type { Cursor } from "../heif/cursor.ts";
import type { SequenceHeader } from "./sequence_header.ts";
import { readStream } from "./stream.ts";

export type Coded = heif.Coded<SequenceHeader>;

/** What is not in the stream yet is taken from `av1C`. */
export const AV1: heif.Codec<SequenceHeader> = {
  type: "av01",
  /** 64 of 512 × 512 are 16 MP. */
  maxTiles: 64,
  read(bytes, isWhole, { content }) {
    const { depth, obus } = readConfig(content);
    const { header, frames } = readStream(bytes, isWhole);
    if (header !== undefined) return { header, frames, depth: header.depth };
    if (isWhole) throw new Refused("corrupt");
    const said = readStream(obus, false).header;
    return { header: said, frames, depth: said?.depth ?? depth };
  },
};

/** AV1 in ISO-BMFF 1.2, §2.3.3: depth, and a sequence header or nothing. */
function readConfig(
  content: Cursor,
): { readonly depth: heif.Depth; readonly obus: Uint8Array } {
  content.skip(2);
  const bits = content.uint(1);
  content.skip(1);
  const depth = (bits & 0x40) === 0 ? 8 : (bits & 0x20) === 0 ? 10 : 12;
  const obus = content.bytes.subarray(content.at, content.end);
  return { depth, obus };
}

/**
 * `hvcC`: the parameter sets of a stream, ISO/IEC 14496-15 §8.3.3.1. No I/O.
 *
 * @module
 */
import { Refused, unsupported } from "../header/refused.ts";
import type { Cursor } from "../heif/cursor.ts";
import { isBase, PPS, SPS, typeOf } from "./nal.ts";

export interface Sets {
  /** Of the number before each unit of the stream. */
  readonly lengthBytes: number;
  readonly sps: Uint8Array;
  readonly pps: readonly Uint8Array[];
}

/** Sets of all kinds. Cameras write three. */
const MAX_SETS = 32;

/** Those of them that a picture may choose from. */
const MAX_PPS = 8;

/** What says the same once more is not looked at: the sets are what counts. */
export function readHvcC(content: Cursor): Sets {
  content.skip(21);
  const lengthBytes = (content.uint(1) & 3) + 1;
  const arrays = content.uint(1);
  const sets: Uint8Array[] = [];
  for (let i = 0; i < arrays; i++) {
    content.skip(1); // their type, which each has
    const count = content.uint(2);
    for (let j = 0; j < count; j++) {
      if (sets.length === MAX_SETS) throw new Refused("corrupt");
      const { bytes, at, end } = content.part(content.uint(2));
      sets.push(bytes.subarray(at, end));
    }
  }
  const [sps, ...others] = sets.filter((it) =>
    typeOf(it) === SPS && isBase(it)
  );
  const pps = sets.filter((it) => typeOf(it) === PPS && isBase(it));
  if (sps === undefined || pps.length === 0) throw new Refused("corrupt");
  const isOdd = others.length > 0 || pps.length > MAX_PPS;
  if (isOdd) throw unsupported("It has parameters of several layers");
  return { lengthBytes, sps, pps };
}

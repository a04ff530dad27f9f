/**
 * The bytes of a block, out of what it is packed in. No I/O.
 *
 * @module
 */
import { Failed } from "../engine/failure.ts";
import { unpackFax } from "./fax.ts";
import type { Compression } from "./image.ts";
import { Inflate } from "./inflate.ts";
import { unpackLzw } from "./lzw.ts";
import { unpackBits } from "./packbits.ts";

/** How a block is packed that is not a file of its own. */
export type Packing = Exclude<Compression, "jpeg">;

/** What is to be known of a block. */
export interface Packed {
  readonly packing: Packing;
  /** Of its rows, in pixels. */
  readonly width: number;
}

/**
 * Fills `to` with what is in `packed`, and takes no more of it.
 *
 * @throws {Failed} If there is less.
 */
export function unpackInto(
  to: Uint8Array,
  packed: Uint8Array,
  how: Packed,
): void {
  if (written(to, packed, how) < to.length) throw new Failed("truncated");
}

function written(
  to: Uint8Array,
  packed: Uint8Array,
  { packing, width }: Packed,
): number {
  switch (packing) {
    case "none": {
      const part = packed.subarray(0, to.length);
      to.set(part);
      return part.length;
    }
    case "lzw":
      return unpackLzw(packed, to);
    case "packbits":
      return unpackBits(packed, to);
    case "fax":
      return unpackFax(packed, to, width);
    case "deflate":
      inflate.begin(packed);
      inflate.read(to);
      return to.length;
  }
}

/** It has 48 kB of what it has unpacked last, and is used again for that. */
const inflate = new Inflate();

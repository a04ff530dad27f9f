/**
 * The bytes of a block, out of what it is packed in. No I/O.
 *
 * @module
 */
import { Failed } from "../engine/failure.ts";
import type { Compression } from "./image.ts";
import { Inflate } from "./inflate.ts";
import { unpackLzw } from "./lzw.ts";
import { unpackBits } from "./packbits.ts";

/** How a block is packed that is not a file of its own. */
export type Packing = Exclude<Compression, "jpeg">;

/**
 * Fills `to` with what is in `packed`, and takes no more of it.
 *
 * @throws {Failed} If there is less.
 */
export function unpackInto(
  to: Uint8Array,
  packed: Uint8Array,
  packing: Packing,
): void {
  if (written(to, packed, packing) < to.length) throw new Failed("truncated");
}

function written(
  to: Uint8Array,
  packed: Uint8Array,
  packing: Packing,
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
    case "deflate":
      inflate.begin(packed);
      inflate.read(to);
      return to.length;
  }
}

/** It has 48 kB of what it has unpacked last, and is used again for that. */
const inflate = new Inflate();

/**
 * What a HEIC file says of itself, and what of it is to be decoded: ISO/IEC
 * 23008-12, annex B. No I/O.
 *
 * The decoder sees no boxes. It is given the streams that are found here, and
 * of them only what a picture that stands alone consists of.
 *
 * @module
 */
import type { Unreadable } from "../header/header.ts";
import { orUnreadable, Refused, unsupported } from "../header/refused.ts";
import { brandsOf, type Picture, readPicture } from "../heif/picture.ts";
import { HEVC, type HevcHeader } from "./coded.ts";
import { isKnown } from "./matrix.ts";

export type Header = Picture<HevcHeader>;

/** Pictures, of one view and of several, and what any codec may be in. */
const STILLS: readonly string[] = ["heic", "heix", "heim", "heis", "mif1"];

/** Pictures that follow each other. */
const SEQUENCES: readonly string[] = ["hevc", "hevx", "hevm", "hevs", "msf1"];

/** Those whose codec is another: AVIF says that it is `mif1`, too. */
const OTHERS: readonly string[] = ["avif", "avis"];

/**
 * Reads the first bytes of a file, or all of it. Of streams that are not there
 * yet, what the boxes say is taken for true. `fileBytes` is how long the file
 * is. Failures are values.
 *
 * @example Another format
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { readHeader } from "./header.ts";
 *
 * const bytes = new TextEncoder().encode("GIF89a, and so on");
 *
 * strictEqual(readHeader(bytes), "unknown");
 * ```
 */
export function readHeader(
  bytes: Uint8Array,
  fileBytes: number = bytes.length,
): Header | Unreadable {
  return orUnreadable(() => {
    const brands = brandsOf(bytes);
    const has = (some: readonly string[]) =>
      brands.some((it) => some.includes(it));
    if (!has([...STILLS, ...SEQUENCES]) || has(OTHERS)) {
      throw new Refused("unknown");
    }
    const file = { bytes, fileBytes };
    const header = readPicture({ file, codec: HEVC }, has(SEQUENCES));
    if (!isKnown(header.colour)) {
      throw unsupported("Its matrix of colours is not read");
    }
    return header;
  });
}

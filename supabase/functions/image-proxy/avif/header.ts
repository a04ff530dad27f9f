/**
 * What an AVIF file says of itself, and what of it is to be decoded: AVIF 1.1.
 * No I/O.
 *
 * The decoder sees none of these boxes. It is given the streams that are found
 * here in boxes of our own (`still.ts`), so that it cannot take a file for
 * another than the one that was looked at.
 *
 * @module
 */
import type { Unreadable } from "../header/header.ts";
import { orUnreadable, Refused, unsupported } from "../header/refused.ts";
import { brandsOf, type Picture, readPicture } from "../heif/picture.ts";
import { AV1 } from "./coded.ts";
import type { SequenceHeader } from "./sequence_header.ts";

export type Header = Picture<SequenceHeader>;

const BRANDS: readonly string[] = ["avif", "avis"];

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
    if (!brands.some((it) => BRANDS.includes(it))) throw new Refused("unknown");
    const file = { bytes, fileBytes };
    const header = readPicture({ file, codec: AV1 }, brands.includes("avis"));
    if (header.part !== undefined) throw unsupported("A part of it is cut out");
    return header;
  });
}

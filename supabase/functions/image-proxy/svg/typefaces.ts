/**
 * The fonts of text, as the renderer takes them. Loaded with the first drawing
 * that has some.
 *
 * @module
 */
import { unpack } from "../embind/unpack.ts";
import { FONTS } from "./fonts_ttf.ts";

/** A file each: Arimo, Tinos and Cousine, regular and bold. */
export const TYPEFACES: readonly Uint8Array[] = split();

function split(): Uint8Array[] {
  const all = unpack(FONTS);
  let at = 0;
  return FONTS.lengths.map((length) => all.subarray(at, at += length));
}

/**
 * Which formats are walked.
 *
 * @module
 */
import type { Format } from "./format.ts";
import { gif } from "./gif.ts";
import { film, heif } from "./isobmff.ts";
import { jpeg } from "./jpeg.ts";
import { pdf } from "./pdf.ts";
import { png } from "./png.ts";
import { text } from "./text.ts";
import { isText, isZipped } from "./types.ts";
import { webp } from "./webp.ts";
import { zip } from "./zip.ts";

const FORMATS: ReadonlyMap<string, Format> = new Map([
  ["image/png", png],
  ["image/apng", png],
  ["image/jpeg", jpeg],
  ["image/gif", gif],
  ["image/webp", webp],
  ["image/avif", heif],
  ["image/heic", heif],
  ["image/heic-sequence", heif],
  ["image/heif", heif],
  ["image/heif-sequence", heif],
  ["video/mp4", film],
  ["video/x-m4v", film],
  ["video/quicktime", film],
  ["video/3gpp", film],
  ["video/3gpp2", film],
  ["audio/mp4", film],
  ["audio/x-m4a", film],
  ["audio/3gpp", film],
  ["audio/3gpp2", film],
  ["application/mp4", film],
  ["application/pdf", pdf],
]);

/** How files of a type are walked, if there is a way. */
export function formatOf(type: string): Format | undefined {
  const own = FORMATS.get(type);
  if (own !== undefined) return own;
  if (isZipped(type)) return zip;
  return isText(type) ? text : undefined;
}

/**
 * Names that a download may be saved under. No I/O.
 *
 * Storage makes the header from the `download` parameter of the URL, as
 * `filename=` and as `filename*=UTF-8''`, both percent-encoded, so that no name
 * can begin a new header. What a name may do is mislead a person or a file
 * system, which is what is refused here.
 *
 * @module
 */

/** In bytes of UTF-8. Source: NAME_MAX of Linux, and NTFS has 255 units. */
const MAX_BYTES = 255;

/**
 * Separators of paths, what Windows refuses in names, and what nobody sees:
 * controls, line and paragraph separators, private characters, and formats such
 * as those that turn `exe.jpg` round. Joiners stay: emoji and Persian need them.
 */
const REFUSED =
  /[\\/:*?"<>|\p{Cc}\p{Zl}\p{Zp}\p{Co}\p{Cs}\u{FFFE}\u{FFFF}]|(?![\u200C\u200D])\p{Cf}/u;

/** A dot hides a file, or climbs; Windows drops dots and spaces at the end. */
const LOOSE_END = /^[.\s]|[.\s]$/u;

/** The rule in words, for whoever has to mend a name. */
export const FILENAME_RULE =
  'Must be true, or a file name of 1 to 255 bytes without \\ / : * ? " < > |, ' +
  "invisible characters, and dots or spaces at an end";

/** RFC 8187 does not take these as they are, and Storage does not encode them. */
const INSTEAD: Readonly<Record<string, string>> = {
  "'": "\u2019",
  "(": "[",
  ")": "]",
};

/** Whether a download may be saved under `text`. */
export function isFilename(text: string): boolean {
  const bytes = new TextEncoder().encode(text).length;
  return bytes >= 1 && bytes <= MAX_BYTES && text.isWellFormed() &&
    !REFUSED.test(text) && !LOOSE_END.test(text);
}

/**
 * The header that saves a file under a name that {@linkcode isFilename} takes.
 * Clients that do not know of RFC 8187 get the name in ASCII.
 *
 * @example Both spellings
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { attachment } from "./filename.ts";
 *
 * equal(
 *   attachment("é.webp"),
 *   `attachment; filename="_.webp"; filename*=UTF-8''%C3%A9.webp`,
 * );
 * ```
 */
export function attachment(filename: string): string {
  const ascii = filename.normalize("NFC").replaceAll(/[^ -~]|["\\%]/gu, "_");
  const encoded = downloadParameter(filename);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

/**
 * The `download` parameter for a name that {@linkcode isFilename} takes:
 * composed (NFC), since systems differ in what they make of the other forms,
 * and percent-encoded.
 *
 * @example What stands in a header unencoded is replaced
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { downloadParameter } from "./filename.ts";
 *
 * equal(downloadParameter("é (1).pdf"), "%C3%A9%20%5B1%5D.pdf");
 * ```
 */
export function downloadParameter(filename: string): string {
  const sent = filename.normalize("NFC")
    .replaceAll(/['()]/g, (sign) => INSTEAD[sign] ?? sign);
  return encodeURIComponent(sent);
}

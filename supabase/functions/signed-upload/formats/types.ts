/**
 * Which names of media types mean the same files. No I/O.
 *
 * @module
 */

/**
 * What a file declared as the first may be recognised as besides. Names of one
 * format, by IANA's registry or by what browsers and systems send; and formats
 * that the front of a file does not tell apart.
 */
const ALSO: ReadonlyMap<string, readonly string[]> = new Map([
  // An APNG without frames is a PNG, and the other way round.
  ["image/png", ["image/apng"]],
  ["image/apng", ["image/png"]],
  // HEIC is HEIF in HEVC, and a brand of either begins both.
  ...everyone(["image/heic", "image/heif"]),
  ...everyone(["image/heic-sequence", "image/heif-sequence"]),
  // `mif1`, a picture in boxes, is the first brand of some.
  ["image/avif", ["image/heif"]],
  ["image/vnd.microsoft.icon", ["image/x-icon"]],
  ["image/x-ms-bmp", ["image/bmp"]],
  // One container, whose first brand is the writer's: phones put 3GP on MP4.
  ...everyone([
    "video/mp4",
    "audio/mp4",
    "application/mp4",
    "audio/x-m4a",
    "video/x-m4v",
    "video/3gpp",
    "audio/3gpp",
    "video/3gpp2",
    "audio/3gpp2",
  ]),
  // What is in the container is behind its front.
  ["audio/webm", ["video/webm"]],
  ["video/x-matroska", ["video/matroska"]],
  ["audio/matroska", ["video/matroska"]],
  ["audio/x-matroska", ["video/matroska"]],
  ...everyone(["application/ogg", "audio/ogg", "video/ogg"]),
  ["video/mpeg", ["video/mp1s", "video/mp2p"]],
  ["video/x-msvideo", ["video/vnd.avi"]],
  ["video/avi", ["video/vnd.avi"]],
  ["video/x-ms-wmv", ["video/x-ms-asf", "application/vnd.ms-asf"]],
  ["audio/x-ms-wma", ["audio/x-ms-asf", "application/vnd.ms-asf"]],
  ["audio/mp3", ["audio/mpeg"]],
  ["audio/vnd.wave", ["audio/wav"]],
  ["audio/wave", ["audio/wav"]],
  ["audio/x-wav", ["audio/wav"]],
  ["audio/x-flac", ["audio/flac"]],
  ["audio/x-aiff", ["audio/aiff"]],
  ["audio/mid", ["audio/midi"]],
  ["audio/x-midi", ["audio/midi"]],
  ["audio/x-aac", ["audio/aac"]],
  // Microsoft's compound file (MS-CFB), which is told by what is inside.
  ["application/msword", ["application/x-cfb"]],
  ["application/vnd.ms-excel", ["application/x-cfb"]],
  ["application/vnd.ms-powerpoint", ["application/x-cfb"]],
  ["application/vnd.ms-outlook", ["application/x-cfb"]],
  ["application/x-gzip", ["application/gzip"]],
  ["application/vnd.rar", ["application/x-rar-compressed"]],
  ["application/vnd.sqlite3", ["application/x-sqlite3"]],
  ["text/rtf", ["application/rtf"]],
  ["text/xml", ["application/xml"]],
  // XHTML is HTML by its root, and XML by its declaration.
  ["application/xhtml+xml", ["application/xml", "text/html"]],
  // An SVG is known by its root alone.
  ["image/svg+xml", []],
]);

/** Found in some files of their kind only, so its absence says nothing. */
const SOMETIMES: ReadonlySet<string> = new Set([
  // The declaration is optional: XML §2.8.
  "application/xml",
  "text/xml",
  // There is a binary form, without a signature.
  "model/stl",
  // The signature is at the end.
  "application/x-apple-diskimage",
]);

/** Archives, by what they are for. More have a prefix or a suffix. */
const ZIPPED: ReadonlySet<string> = new Set([
  "application/zip",
  "application/x-zip-compressed",
  "application/java-archive",
  "application/vnd.android.package-archive",
  "application/vnd.apple.keynote",
  "application/vnd.apple.numbers",
  "application/vnd.apple.pages",
  "application/vnd.google-earth.kmz",
  "application/vnd.visio",
  "application/x-xpinstall",
  "model/3mf",
]);

/** `+zip` is RFC 6839 §3.6. */
const ZIPPED_FAMILY =
  /^application\/vnd\.(?:openxmlformats-officedocument|oasis\.opendocument)\.|^application\/vnd\.ms-\w+\.\w+\.macroenabled\.12$|\+zip$/;

/** Text beside `text/*`. */
const TEXT: ReadonlySet<string> = new Set([
  "application/ecmascript",
  "application/graphql",
  "application/javascript",
  "application/json",
  "application/jsonl",
  "application/sql",
  "application/toml",
  "application/x-ndjson",
  "application/x-sh",
  "application/x-yaml",
  "application/xml",
  "application/yaml",
]);

/** `+json` is RFC 6839 §3.1, `+xml` RFC 7303 §4.2, `+yaml` RFC 9512 §2.2. */
const TEXT_FAMILY = /^text\/|\+(?:json|xml|yaml)$/;

/**
 * What can be written without a binary byte and is more than text. The
 * signatures of other formats are letters that text may begin with, such as the
 * BM of a bitmap, and what follows them there is not text.
 */
const MORE_THAN_TEXT: ReadonlySet<string> = new Set([
  "text/html",
  "image/svg+xml",
  "application/xml",
  "application/pdf",
  "application/postscript",
  "application/eps",
  "application/rtf",
  // A script that begins with a comment can begin as a picture.
  "image/gif",
]);

/** Each of `names` beside all of them. */
function everyone(names: readonly string[]): [string, readonly string[]][] {
  return names.map((name) => [name, names]);
}

/** Whether files of a type are text. */
export function isText(type: string): boolean {
  return TEXT.has(type) || TEXT_FAMILY.test(type);
}

/** Whether files of a type are ZIP archives. */
export function isZipped(type: string): boolean {
  return ZIPPED.has(type) || ZIPPED_FAMILY.test(type);
}

/**
 * Whether a file declared as one type may be what it was recognised as.
 *
 * @example A document may be seen as the archive that it is, a page never
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { agrees } from "./types.ts";
 *
 * const document = "application/vnd.oasis.opendocument.text";
 * equal(agrees(document, "application/zip"), true);
 * equal(agrees("text/plain", "text/html"), false);
 * ```
 */
export function agrees(declared: string, found: string): boolean {
  if (declared === found || ALSO.get(declared)?.includes(found)) return true;
  if (isZipped(declared)) return isSameArchive(declared, found);
  if (!isText(declared)) return false;
  return !MORE_THAN_TEXT.has(found) || isXml(declared) && isXml(found);
}

/** What is inside may be behind the front, and an archive is all of them. */
function isSameArchive(declared: string, found: string): boolean {
  const isPlain = ["application/zip", "application/x-zip-compressed"];
  return found === "application/zip" ||
    isPlain.includes(declared) && isZipped(found);
}

/** A drawing is none, here: it is a page of its own. */
function isXml(type: string): boolean {
  return type !== "image/svg+xml" &&
    (type === "application/xml" || type.endsWith("+xml"));
}

/**
 * Whether a file of a type is recognised by its front, given what is: one that
 * was not is of another type then.
 */
export function isRecognisable(
  type: string,
  recognised: ReadonlySet<string>,
): boolean {
  if (SOMETIMES.has(type)) return false;
  const names = [type, ...ALSO.get(type) ?? []];
  return isZipped(type) || names.some((name) => recognised.has(name));
}

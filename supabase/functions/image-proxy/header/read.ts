/**
 * Which format a file has, by its first bytes: a name or a content type is only
 * somebody's word. No I/O.
 *
 * @module
 */
import { bmpHeader, isBmp } from "../bmp/header.ts";
import { gifHeader } from "../gif/header.ts";
import { isIco } from "../ico/directory.ts";
import { icoHeader } from "../ico/header.ts";
import { mayBeSvg, svgHeader } from "../svg/header.ts";
import { isTiff } from "../tiff/directory.ts";
import { tiffHeader } from "../tiff/header.ts";
import { avifHeader } from "./avif.ts";
import {
  ascii,
  type Header,
  type HeaderReader,
  type Unreadable,
} from "./header.ts";
import { heicHeader } from "./heic.ts";
import { jpegHeader } from "./jpeg.ts";
import { pngHeader } from "./png.ts";
import { webpHeader } from "./webp.ts";

type Row = readonly [knows: (file: Uint8Array) => boolean, read: HeaderReader];

const READERS: readonly Row[] = [
  [(file) => ascii(file, 0, 3) === "\xff\xd8\xff", jpegHeader],
  [(file) => ascii(file, 0, 8) === "\x89PNG\r\n\x1a\n", pngHeader],
  [
    (file) => ascii(file, 0, 4) === "RIFF" && ascii(file, 8, 4) === "WEBP",
    webpHeader,
  ],
  [(file) => ascii(file, 0, 4) === "GIF8", gifHeader],
  [(file) => ascii(file, 4, 4) === "ftyp", heifHeader],
  [isTiff, tiffHeader],
  [isBmp, bmpHeader],
  [isIco, icoHeader],
  // It may begin with much, so it is asked last.
  [mayBeSvg, svgHeader],
];

/** The header of `file`, or why nobody should decode it. */
export function readHeader(file: Uint8Array): Header | Unreadable {
  const reader = READERS.find(([knows]) => knows(file));
  return reader === undefined ? "unknown" : reader[1](file);
}

/** The same boxes hold pictures of both. */
function heifHeader(file: Uint8Array): Header | Unreadable {
  const header = avifHeader(file);
  return header === "unknown" ? heicHeader(file) : header;
}

/**
 * Pictures that are in a drawing: `data:` of the formats that the renderer
 * reads. No I/O.
 *
 * @module
 */
import type { Size } from "../engine/geometry.ts";
import { gifHeader } from "../gif/header.ts";
import { ascii, type Header } from "../header/header.ts";
import { jpegHeader } from "../header/jpeg.ts";
import { pngHeader } from "../header/png.ts";
import { Refused, unsupported } from "../header/refused.ts";

/** What the name of a type has to be, so that the renderer takes it for it. */
const DATA = /^data:image\/(png|jpe?g|gif)(?:;[^;,]*)*;base64,/i;

const SIZES: Readonly<Record<string, (file: Uint8Array) => Size | undefined>> =
  {
    png: (file) =>
      ascii(file, 0, 4) === "\x89PNG" ? sizeIn(pngHeader(file)) : undefined,
    jpeg: (file) =>
      ascii(file, 0, 2) === "\xff\xd8" ? sizeIn(jpegHeader(file)) : undefined,
    gif: (file) => sizeIn(gifHeader(file)),
  };

/**
 * The size of a picture that is in `href`.
 *
 * @throws {Refused} If it is somewhere else, of another format, or broken.
 */
export function embeddedSize(href: string): Size {
  const [head, type = ""] = DATA.exec(href) ?? [];
  if (head === undefined) {
    throw unsupported(
      /^\s*data:/i.test(href)
        ? "It has a picture in it that is no PNG, JPEG or GIF in base64"
        : "It shows a picture that is somewhere else",
    );
  }
  const format = type.toLowerCase().replace("jpg", "jpeg");
  const size = SIZES[format]?.(bytesOf(href.slice(head.length)));
  if (size === undefined) throw new Refused("corrupt");
  return size;
}

function bytesOf(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (it) => it.charCodeAt(0));
  } catch {
    throw new Refused("corrupt");
  }
}

function sizeIn(header: Header | string): Size | undefined {
  return typeof header === "string" ? undefined : header.size;
}

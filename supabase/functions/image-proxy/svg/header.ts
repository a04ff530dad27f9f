/**
 * The header of an SVG, which is all of it: what is in a drawing is known only
 * when all of it has been looked at. No I/O.
 *
 * @module
 */
import { MiB } from "../../_shared/units.ts";
import { ascii, type Header, type Unreadable } from "../header/header.ts";
import { Refused } from "../header/refused.ts";
import { decodeNs, keptBytes } from "./costs.ts";
import { type Drawing, Reader } from "./drawing.ts";
import { pixelsOf } from "./size.ts";

/** Of a file. Drawings of the web have some kB, with pictures in them more. */
const MOST_BYTES = 2 * MiB;

const UTF_8 = [0xef, 0xbb, 0xbf];

/** Marks of UTF-16, and `<` in it. */
const UTF_16 = [[0xff, 0xfe], [0xfe, 0xff], [0x3c, 0], [0, 0x3c]];

const GZIP = [0x1f, 0x8b];

function begins(file: Uint8Array, start: readonly number[]): boolean {
  return start.every((it, at) => file[at] === it);
}

/** Whether `file` begins as a drawing may: with a mark, or compressed. */
export function mayBeSvg(file: Uint8Array): boolean {
  if ([GZIP, ...UTF_16].some((it) => begins(file, it))) return true;
  let at = begins(file, UTF_8) ? UTF_8.length : 0;
  while ([0x09, 0x0a, 0x0d, 0x20].includes(file[at] ?? 0)) at++;
  // Programs begin with an instruction, too, but with another one.
  return /^<(?!\?(?!xml))/.test(ascii(file, at, 5));
}

/** For whatever begins as {@linkcode mayBeSvg} says. */
export function svgHeader(file: Uint8Array): Header | Unreadable {
  const drawing = readDrawing(file);
  if (typeof drawing === "string") return drawing;
  return {
    format: "svg",
    size: pixelsOf(drawing.viewport),
    passes: 1,
    keptBytes: keptBytes(drawing, file.length),
    decodeNs: decodeNs(drawing, file.length),
    hasAlpha: true,
    isVector: true,
  };
}

/** All of a drawing, or why it is not drawn. */
export function readDrawing(file: Uint8Array): Drawing | Unreadable {
  if (begins(file, GZIP)) {
    return "unsupported: It is compressed, as SVGZ is";
  }
  if (UTF_16.some((it) => begins(file, it))) {
    return "unsupported: It is not in UTF-8";
  }
  if (file.length > MOST_BYTES) {
    return `unsupported: It has more than ${MOST_BYTES} bytes`;
  }
  const text = textOf(file);
  if (text === undefined) return "unsupported: It is not in UTF-8";
  const reader = new Reader(text);
  try {
    return reader.read();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    // What is no drawing may break all rules.
    const isOther = error.why === "corrupt" && !reader.isSvg;
    return isOther ? "unknown" : error.why;
  }
}

function textOf(file: Uint8Array): string | undefined {
  try {
    // The last of the first bytes may be a part of a character.
    return new TextDecoder("utf-8", { fatal: true })
      .decode(file, { stream: true });
  } catch {
    return undefined;
  }
}

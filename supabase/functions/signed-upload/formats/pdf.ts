/**
 * PDF.
 *
 * @module
 */
import type { Bytes } from "../../_shared/bytes.ts";
import { KiB } from "../../_shared/units.ts";
import type { Extent } from "./format.ts";
import { indexOf, lastIndexOf } from "./search.ts";

const END = "%%EOF";

/** At either end. Source: Adobe's implementation notes, PDF 1.7 §H.3, note 18. */
const LOOK = 1 * KiB;

const BLOCK = 64 * KiB;

/** ISO 32000-1 §7.2.2, table 1. */
const WHITE_SPACE = "\0\t\n\f\r ";

/**
 * Where a PDF ends: behind the end mark that follows the last cross-reference
 * section, which the tail says the place of (ISO 32000-1 §7.5.5), and the white
 * space behind it. A mark put behind a foreign tail is therefore not its end.
 *
 * Its objects are not walked: readers take anything between them, so a PDF that
 * was made to hold something else is not found out.
 */
export async function pdf(bytes: Bytes): Promise<Extent | undefined> {
  const { size } = bytes;
  const head = latin1(await bytes.at(0, LOOK));
  const tail = await bytes.at(Math.max(0, size - LOOK), LOOK);
  if (!head.startsWith("%PDF-")) return undefined;
  const mark = lastIndexOf(tail, END);
  if (mark < 0) return undefined;

  const last = size - tail.length + mark + END.length;
  const written = latin1(tail.subarray(0, mark));
  const place = /startxref[\0\t\n\f\r ]+(\d{1,15})[\0\t\n\f\r ]+$/.exec(
    written,
  );
  if (place === null) return undefined;
  const section = Number(place[1]);
  if (section >= last || !await isSection(bytes, section)) return undefined;

  const isWhole = isLinearized(head, last, size);
  const end = isWhole ? last : await firstEnd(bytes, section);
  if (end === undefined) return undefined;
  const rest = latin1(tail.subarray(mark + END.length));
  const isBlank = [...rest].every((it) => WHITE_SPACE.includes(it));
  return { end: end === last && isBlank ? size : end, pixels: 0 };
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

/** A table or a stream: §7.5.4 and §7.5.8. Writers are off by white space. */
async function isSection(bytes: Bytes, at: number): Promise<boolean> {
  const front = latin1(await bytes.at(at, 32));
  return /^[\0\t\n\f\r ]*(?:xref|\d+[\0\t\n\f\r ]+\d+[\0\t\n\f\r ]+obj)/.test(
    front,
  );
}

/**
 * A file for the web says its length at its front, and its last section is
 * there as well: annex F.
 */
function isLinearized(head: string, last: number, size: number): boolean {
  const said = /\/Linearized\b/.test(head) && /\/L\s+(\d{1,15})/.exec(head);
  if (!said) return false;
  const length = Number(said[1]);
  return length >= last && length <= size;
}

async function firstEnd(
  bytes: Bytes,
  section: number,
): Promise<number | undefined> {
  // Blocks overlap, for a mark across two.
  const step = BLOCK - (END.length - 1);
  for (let at = section; at < bytes.size; at += step) {
    const found = indexOf(await bytes.at(at, BLOCK), END);
    if (found >= 0) return at + found + END.length;
  }
  return undefined;
}

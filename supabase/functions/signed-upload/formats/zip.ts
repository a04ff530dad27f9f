/**
 * ZIP, and what is made of it: OOXML, ODF, EPUB, JAR.
 *
 * @module
 */
import type { Bytes } from "../../_shared/bytes.ts";
import type { Extent } from "./format.ts";
import { indexOf } from "./search.ts";
import { Walk } from "./walk.ts";

// The signatures and lengths of PKWARE's APPNOTE 6.3.10, whose sections are
// meant below.
const LOCAL = "PK\x03\x04";
const ENTRY = "PK\x01\x02";
const END = "PK\x05\x06";
const END_64 = "PK\x06\x06";
const LOCATOR_64 = "PK\x06\x07";
const END_LENGTH = 22;
const END_64_LENGTH = 56;
const LOCATOR_64_LENGTH = 20;
const ENTRY_LENGTH = 46;

/** The longest comment, whose length has 16 bits: §4.3.16. */
const MAX_COMMENT = 2 ** 16 - 1;

/** What the end of an archive says of its directory. */
interface Directory {
  readonly first: number;
  readonly length: number;
  readonly entries: number;
  /** Where the records behind it begin. */
  readonly end: number;
}

/**
 * Takes an archive that fills its file: an entry at byte 0, and a directory
 * that ends where the records behind it begin, whose comment ends with the
 * file. In one with something in front or behind, a place is not what it says.
 *
 * What lies between the entries is not walked: each would take a request.
 */
export async function zip(bytes: Bytes): Promise<Extent | undefined> {
  const ends = await endsIn(bytes);
  const [end] = ends.matching;
  // Readers differ in which of two they take.
  if (end === undefined || end !== ends.last) return undefined;
  const directory = await directoryAt(bytes, end);
  if (directory === undefined) return undefined;
  const { first, length, entries } = directory;
  if (first + length !== directory.end) return undefined;

  const walk = new Walk(bytes);
  if (entries > 0 && !(await walk.reaches(4) && walk.is(LOCAL))) {
    return undefined;
  }
  walk.at = first;
  let count = 0;
  let hasFirst = entries === 0 && first === 0;
  while (walk.at < directory.end) {
    if (!walk.holds(ENTRY_LENGTH) && !await walk.reaches(ENTRY_LENGTH)) {
      return undefined;
    }
    if (!walk.is(ENTRY)) return undefined;
    if (walk.u32le(42) === 0) hasFirst = true;
    // A name, an extra field and a comment follow: §4.3.12.
    walk.at += ENTRY_LENGTH + walk.u16le(28) + walk.u16le(30) + walk.u16le(32);
    count++;
  }
  const isWhole = walk.at === directory.end && count === entries && hasFirst;
  return isWhole ? { end: bytes.size, pixels: 0 } : undefined;
}

/**
 * Whether a file ends as an archive does, whatever it begins as: readers find
 * an archive from its end, so this one is two files in one.
 */
export async function endsAsZip(bytes: Bytes): Promise<boolean> {
  return (await endsIn(bytes)).matching.length > 0;
}

/** The end records near the end, and those whose comment ends with the file. */
async function endsIn(
  bytes: Bytes,
): Promise<{ matching: number[]; last: number }> {
  const from = Math.max(0, bytes.size - END_LENGTH - MAX_COMMENT);
  const tail = await bytes.at(from, END_LENGTH + MAX_COMMENT);
  const matching: number[] = [];
  let last = -1;
  for (let at = indexOf(tail, END); at >= 0; at = indexOf(tail, END, at + 1)) {
    last = from + at;
    const comment = (tail[at + 20] ?? 0) + (tail[at + 21] ?? 0) * 256;
    if (at + END_LENGTH + comment === tail.length) matching.push(last);
  }
  return { matching, last };
}

/** §4.3.16, and §4.3.14 where its fields are too small. */
async function directoryAt(
  bytes: Bytes,
  end: number,
): Promise<Directory | undefined> {
  const walk = new Walk(bytes, end);
  if (!await walk.reaches(END_LENGTH)) return undefined;
  // One disk, with all of its entries.
  if (walk.u32le(4) !== 0 || walk.u16le(8) !== walk.u16le(10)) return undefined;
  const small = {
    entries: walk.u16le(10),
    length: walk.u32le(12),
    first: walk.u32le(16),
    end,
  };
  const large = await largeDirectory(bytes, end - LOCATOR_64_LENGTH);
  if (large === undefined) return small;
  // Readers of either kind must find the same.
  const isSame = [
    small.entries === 0xffff || small.entries === large.entries,
    small.length === 0xffffffff || small.length === large.length,
    small.first === 0xffffffff || small.first === large.first,
  ];
  return isSame.includes(false) ? undefined : large;
}

/** The record that the locator at `at` says the place of: §4.3.15. */
async function largeDirectory(
  bytes: Bytes,
  at: number,
): Promise<Directory | undefined> {
  const locator = new Walk(bytes, at);
  if (at < 0 || !await locator.reaches(LOCATOR_64_LENGTH)) return undefined;
  if (!locator.is(LOCATOR_64)) return undefined;
  const end = locator.u64le(8);
  const walk = new Walk(bytes, end);
  if (!await walk.reaches(END_64_LENGTH) || !walk.is(END_64)) return undefined;
  // Its length is said without its first 12 bytes: §4.3.14.1.
  if (end + 12 + walk.u64le(4) !== at) return undefined;
  const [first, length] = [walk.u64le(48), walk.u64le(40)];
  return { first, length, entries: walk.u64le(32), end };
}

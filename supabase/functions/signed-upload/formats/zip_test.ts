import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { memory } from "../../_shared/testing/bytes.ts";
import { fixture, join, patch, u32le } from "./testing/fixtures.ts";
import { endsAsZip, zip } from "./zip.ts";

/** An archive without entries. */
const EMPTY = join("PK\x05\x06", "\0".repeat(18));

const FILES = fixture("files.zip");
const END = FILES.length - 22;
const DIRECTORY = new DataView(FILES.buffer).getUint32(END + 16, true);

const LARGE = fixture("zip64.zip");
const LARGE_END = LARGE.length - 22;
const LARGE_RECORD = LARGE_END - 20 - 56;

Deno.test("zip() takes an archive without entries", async () => {
  deepStrictEqual(await zip(memory(EMPTY)), { end: 22, pixels: 0 });
});

/** With each place in it moved, as `zip -A` does. */
function behind(prefix: Uint8Array): Uint8Array {
  const moved = patch(FILES, END + 16, u32le(DIRECTORY + prefix.length));
  for (let at = DIRECTORY; moved[at + 2] === 1;) {
    const view = new DataView(moved.buffer, at);
    view.setUint32(42, view.getUint32(42, true) + prefix.length, true);
    at += 46 + view.getUint16(28, true) + view.getUint16(30, true);
  }
  return join(prefix, moved);
}

const REFUSED: [why: string, file: Uint8Array][] = [
  ["nothing", join()],
  ["no entries, and something in front", join("x", EMPTY)],
  [
    "a place of its directory in front of it",
    patch(FILES, END + 16, u32le(DIRECTORY - 1)),
  ],
  ["a directory that is longer than it says", patch(FILES, END + 12, u32le(1))],
  ["more entries than there are", patch(FILES, END + 8, "\x03\0\x03\0")],
  ["entries on another disk", patch(FILES, END + 8, "\x01\0")],
  ["a second disk", patch(FILES, END + 4, "\x01\0")],
  ["a directory of something else", patch(FILES, DIRECTORY, "PK\x01\x03")],
  ["something else first", patch(FILES, 0, "PK\x03\x05")],
  ["an archive in front that it leaves out", behind(FILES)],
  ["a program in front", behind(join("MZ"))],
  ["a comment that is longer than it says", join(FILES, "comment")],
  ["a comment that is shorter than it says", patch(FILES, END + 20, "\x01")],
  [
    "a comment that holds another end",
    join(patch(FILES, END + 20, "\x05"), "PK\x05\x06x"),
  ],
  [
    "a large directory that is elsewhere",
    patch(LARGE, LARGE_RECORD + 48, u32le(1)),
  ],
  ["a record of another length", patch(LARGE, LARGE_RECORD + 4, u32le(45))],
  ["a locator of something else", patch(LARGE, LARGE_END - 20 + 8, u32le(0))],
  [
    "an end that contradicts its record",
    patch(LARGE, LARGE_END + 12, u32le(1)),
  ],
  ...[0, 2 ** 31, 2 ** 32 - 1].map((length): [string, Uint8Array] => [
    `a directory of ${length} bytes`,
    patch(FILES, END + 12, u32le(length)),
  ]),
];

for (const [why, file] of REFUSED) {
  Deno.test(`zip() refuses ${why}`, async () => {
    strictEqual(await zip(memory(file)), undefined);
  });
}

const ENDS: [why: string, file: Uint8Array, ends: boolean][] = [
  ["an archive", FILES, true],
  ["an archive with a comment", fixture("comment.zip"), true],
  ["a picture with an archive behind", join(fixture("grey.png"), FILES), true],
  ["a picture", fixture("grey.png"), false],
  ["nothing", join(), false],
  ["an archive with a line feed behind", join(FILES, "\n"), false],
  [
    "an archive whose comment is what follows",
    join(patch(FILES, END + 20, "\x06"), "%%EOF\n"),
    true,
  ],
  [
    "an archive with the longest comment",
    join(patch(FILES, END + 20, "\xff\xff"), "x".repeat(65_535)),
    true,
  ],
];

for (const [why, file, ends] of ENDS) {
  Deno.test(`endsAsZip() is ${ends} for ${why}`, async () => {
    strictEqual(await endsAsZip(memory(file)), ends);
  });
}

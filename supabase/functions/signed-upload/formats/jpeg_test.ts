import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { memory } from "../../_shared/testing/bytes.ts";
import { jpeg } from "./jpeg.ts";
import { fixture, join, patch } from "./testing/fixtures.ts";

const SOI = "\xff\xd8";
const EOI = "\xff\xd9";

/** A segment: a marker, and a length that counts itself. */
function segment(marker: string, content: string): string {
  const length = content.length + 2;
  return `\xff${marker}${
    String.fromCharCode(length >> 8, length & 0xff)
  }${content}`;
}

/** Of one component. */
function frame(height: string, width: string, marker = "\xc0"): string {
  return segment(marker, `\x08${height}${width}\x01\x01\x11\0`);
}

const FRAME = frame("\0\x02", "\0\x03");
const SCAN = segment("\xda", "\x01\x01\0\0\x3f\0");

const PIXELS: [why: string, file: Uint8Array, pixels: number][] = [
  ["one scan", join(SOI, FRAME, SCAN, "data", EOI), 6],
  ["a scan without data", join(SOI, FRAME, SCAN, EOI), 6],
  ["many scans", join(SOI, FRAME, SCAN, "a", SCAN, "b", SCAN, "c", EOI), 6],
  [
    "data that looks like markers",
    join(SOI, FRAME, SCAN, "\xff\0\xff\xd0a\xff\xd7\xff\0\xff\0", EOI),
    6,
  ],
  ["filling inside of data", join(SOI, FRAME, SCAN, "a\xff\xff\0b", EOI), 6],
  [
    "filling before a marker",
    join(SOI, "\xff\xff", FRAME, SCAN, "a\xff", EOI),
    6,
  ],
  [
    "tables between scans",
    join(SOI, FRAME, SCAN, "a", segment("\xc4", "table"), SCAN, "b", EOI),
    6,
  ],
  [
    "the end of a picture inside a comment",
    join(SOI, segment("\xfe", EOI), FRAME, SCAN, "a", EOI),
    6,
  ],
  [
    "as many as a header can say",
    join(SOI, frame("\xff\xff", "\xff\xff", "\xc2"), SCAN, "a", EOI),
    65535 ** 2,
  ],
  [
    "segments of 64 KiB",
    join(SOI, segment("\xe1", "x".repeat(65533)), FRAME, SCAN, "a", EOI),
    6,
  ],
  [
    "data over many blocks",
    join(SOI, FRAME, SCAN, "ab\xff\0".repeat(50_000), "\xff", EOI),
    6,
  ],
];

for (const [why, file, pixels] of PIXELS) {
  Deno.test(`jpeg() takes ${why}`, async () => {
    deepStrictEqual(await jpeg(memory(file)), { end: file.length, pixels });
  });
}

const REFUSED: [why: string, file: Uint8Array][] = [
  ["nothing", join()],
  ["a start and an end", join(SOI, EOI)],
  ["no frame", join(SOI, SCAN, "data", EOI)],
  ["no scan", join(SOI, FRAME, EOI)],
  ["two frames", join(SOI, FRAME, frame("\xff\xff", "\xff\xff"), SCAN, EOI)],
  ["a frame behind a scan", join(SOI, SCAN, FRAME, "data", EOI)],
  ["no height", join(SOI, frame("\0\0", "\0\x03"), SCAN, "data", EOI)],
  ["no width", join(SOI, frame("\0\x02", "\0\0"), SCAN, "data", EOI)],
  [
    "a frame without components",
    join(SOI, segment("\xc0", "\x08\0\x02\0\x03\0"), SCAN, "data", EOI),
  ],
  [
    "a frame longer than its components",
    join(SOI, segment("\xc0", "\x08\0\x02\0\x03\x01\x01\x11\0\0"), SCAN, EOI),
  ],
  ["another start inside", join(SOI, SOI, FRAME, SCAN, "data", EOI)],
  ["what is no segment", join(SOI, FRAME, "x", SCAN, "data", EOI)],
  [
    "a segment of no bytes",
    join(SOI, "\xff\xe0\0\0", FRAME, SCAN, "data", EOI),
  ],
  [
    "a segment of 1 byte",
    join(SOI, "\xff\xe0\0\x01", FRAME, SCAN, "data", EOI),
  ],
  ["a restart outside data", join(SOI, "\xff\xd0", FRAME, SCAN, "data", EOI)],
  [
    "tables where a frame is",
    join(SOI, segment("\xc4", "x".repeat(9)), SCAN, EOI),
  ],
  ["data without an end", join(SOI, FRAME, SCAN, "data\xff")],
];

for (const [why, file] of REFUSED) {
  Deno.test(`jpeg() refuses ${why}`, async () => {
    strictEqual(await jpeg(memory(file)), undefined);
  });
}

Deno.test("jpeg() takes no picture behind another that announces none", async () => {
  const first = fixture("baseline.jpg");

  const extent = await jpeg(memory(join(first, fixture("grey.jpg"))));

  deepStrictEqual(extent, { end: first.length, pixels: 24 * 16 });
});

Deno.test("jpeg() takes as many pictures as the first announces", async () => {
  const two = fixture("multi_picture.jpg");

  const extent = await jpeg(memory(join(two, fixture("grey.jpg"))));

  deepStrictEqual(extent, { end: two.length, pixels: 2 * 24 * 16 });
});

Deno.test("jpeg() takes 16 pictures at most", async () => {
  const two = fixture("multi_picture.jpg");
  const count = 20 + 8 + 8 + 2 + 12 + 8;
  const many = patch(two, count, "\0\0\xff\xff");
  const grey = fixture("grey.jpg");

  const extent = await jpeg(memory(join(many, ...Array(30).fill(grey))));

  deepStrictEqual(extent, {
    end: many.length + 14 * grey.length,
    pixels: 16 * 24 * 16,
  });
});

Deno.test("jpeg() refuses a second picture that is cut short", async () => {
  const two = fixture("multi_picture.jpg");

  const extent = await jpeg(memory(two.subarray(0, two.length - 2)));

  strictEqual(extent, undefined);
});

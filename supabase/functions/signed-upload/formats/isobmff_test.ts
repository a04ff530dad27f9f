import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { memory, watched } from "../../_shared/testing/bytes.ts";
import { film, heif } from "./isobmff.ts";
import { fixture, join, u32 } from "./testing/fixtures.ts";

function box(type: string, ...content: (Uint8Array | string)[]): Uint8Array {
  const inside = join(...content);
  return join(u32(8 + inside.length), type, inside);
}

const BRAND = box("ftyp", "isom\0\0\0\0");
const MOVIE = box("moov", "tracks");
const MEDIA = box("mdat", "samples");

/** A length of 64 bits. */
function large(type: string, high: number, low: number, content: string) {
  return join(u32(1), type, u32(high), u32(low), content);
}

const FILMS: [why: string, file: Uint8Array][] = [
  ["media behind the index", join(BRAND, MOVIE, MEDIA)],
  ["media before the index", join(BRAND, MEDIA, MOVIE)],
  ["an index first, as QuickTime wrote it", join(MOVIE, MEDIA)],
  ["media of 64-bit length", join(BRAND, MOVIE, large("mdat", 0, 18, "ab"))],
  ["media up to the end", join(BRAND, MOVIE, u32(0), "mdat", "samples")],
];

for (const [why, file] of FILMS) {
  Deno.test(`film() takes ${why}`, async () => {
    deepStrictEqual(await film(memory(file)), { end: file.length, pixels: 0 });
  });
}

const NO_FILMS: [why: string, file: Uint8Array][] = [
  ["nothing", join()],
  ["no index", join(BRAND, MEDIA)],
  ["two indexes", join(BRAND, MOVIE, MOVIE)],
  ["two brands", join(BRAND, MOVIE, BRAND)],
  ["a brand behind", join(MOVIE, BRAND)],
  ["something else first", join(box("junk", "x"), BRAND, MOVIE)],
  ["an index up to the end", join(BRAND, u32(0), "moov", "tracks")],
  ["a 64-bit length without room", join(BRAND, MOVIE, u32(1), "mdat")],
  [
    "a 64-bit length of less than its header",
    join(BRAND, MOVIE, large("mdat", 0, 15, "")),
  ],
  [
    "a 64-bit length of 2^63",
    join(BRAND, MOVIE, large("mdat", 2 ** 31, 0, "")),
  ],
  ...[2, 7, 2 ** 31, 2 ** 32 - 1].map((length): [string, Uint8Array] => [
    `a box of ${length} bytes`,
    join(BRAND, MOVIE, u32(length), "mdat", "samples"),
  ]),
];

for (const [why, file] of NO_FILMS) {
  Deno.test(`film() refuses ${why}`, async () => {
    strictEqual(await film(memory(file)), undefined);
  });
}

Deno.test("film() ends where what is no box begins", async () => {
  const file = join(BRAND, MOVIE, MEDIA);

  for (const behind of ["1234567", "\0\0\0\x0c\x01\x02\x03\x04data"]) {
    strictEqual((await film(memory(join(file, behind))))?.end, file.length);
  }
});

Deno.test("film() gives up on 4,097 boxes", async () => {
  const most = join(BRAND, MOVIE, ...Array(4094).fill(box("free")));

  strictEqual((await film(memory(most)))?.end, most.length);
  strictEqual(await film(memory(join(most, box("free")))), undefined);
});

Deno.test("film() leaves media out", async () => {
  const media = box("mdat", new Uint8Array(1_000_000));
  const { bytes, ranges } = watched(join(BRAND, media, media, MOVIE));

  await film(bytes);

  // The front, the second box of media, and the index.
  strictEqual(ranges.length, 3);
});

function size(width: number, height: number): Uint8Array {
  return box("ispe", u32(0), u32(width), u32(height));
}

function picture(...properties: Uint8Array[]): Uint8Array {
  const inside = box("iprp", box("ipco", ...properties));
  return join(box("ftyp", "avif\0\0\0\0"), box("meta", u32(0), inside), MEDIA);
}

const PICTURES: [why: string, file: Uint8Array, pixels: number][] = [
  ["its size", picture(size(2, 3)), 6],
  [
    "the largest, which tiles have beside their own",
    picture(size(5, 5), size(9, 9), size(5, 5)),
    81,
  ],
  ["a size among other properties", picture(box("pixi", "x"), size(2, 3)), 6],
  [
    "as much as a header can say",
    picture(size(2 ** 32 - 1, 2 ** 32 - 1)),
    (2 ** 32 - 1) ** 2,
  ],
];

for (const [why, file, pixels] of PICTURES) {
  Deno.test(`heif() counts ${why}`, async () => {
    deepStrictEqual(await heif(memory(file)), { end: file.length, pixels });
  });
}

const NO_PICTURES: [why: string, file: Uint8Array][] = [
  ["a film", fixture("video.mp4")],
  ["no size", picture(box("pixi", "x"))],
  ["a size of nothing", picture(size(0, 9))],
  ["a size that is cut short", picture(box("ispe", u32(0), u32(9)))],
  ["a size behind a property without length", picture(u32(0), size(2, 3))],
  ["no media", picture(size(2, 3)).subarray(0, -MEDIA.length)],
  ["two of what says the size", join(picture(size(2, 3)), box("meta", u32(0)))],
  [
    "more than 1 MiB of what says the size",
    picture(size(2, 3), box("free", new Uint8Array(2 ** 20))),
  ],
  ["no brand", picture(size(2, 3)).subarray(16)],
];

for (const [why, file] of NO_PICTURES) {
  Deno.test(`heif() refuses ${why}`, async () => {
    strictEqual(await heif(memory(file)), undefined);
  });
}

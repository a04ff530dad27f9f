import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { memory } from "../../_shared/testing/bytes.ts";
import { fixture, join, patch, u32le } from "./testing/fixtures.ts";
import { webp } from "./webp.ts";

function chunk(type: string, content: Uint8Array | string): Uint8Array {
  return join(
    type,
    u32le(content.length),
    content,
    "\0".repeat(content.length % 2),
  );
}

function riff(...chunks: Uint8Array[]): Uint8Array {
  const content = join("WEBP", ...chunks);
  return join("RIFF", u32le(content.length), content);
}

/** 2 × 3, but for `size`. */
function lossy(size = "\x02\0\x03\0", tag = "\0\0\0\x9d\x01\x2a"): Uint8Array {
  return chunk("VP8 ", `${tag}${size}data`);
}

/** Its width and height have 14 bits each, less one. */
function lossless(bits: number): Uint8Array {
  return chunk("VP8L", join("\x2f", u32le(bits), "data"));
}

/** Its width and height have 24 bits each, less one. */
function canvas(size: string): Uint8Array {
  return chunk("VP8X", `\x02\0\0\0${size}`);
}

function frame(size: string, ...chunks: Uint8Array[]): Uint8Array {
  return chunk("ANMF", join(`\0\0\0\0\0\0${size}\0\0\0\0`, ...chunks));
}

const ONE_BY_ONE = "\0\0\0\0\0\0";
const LARGEST = "\xff\xff\xff\xff\xff\xff";

const PIXELS: [why: string, file: Uint8Array, pixels: number][] = [
  ["a lossy picture", riff(lossy()), 6],
  ["no more than 14 bits of a side", riff(lossy("\x02\xc0\x03\xc0")), 6],
  ["a lossless picture", riff(lossless(1 + 2 * 0x4000)), 6],
  ["the largest lossless picture", riff(lossless(0xfffffff)), 16384 ** 2],
  ["a canvas larger than the picture", riff(canvas(LARGEST), lossy()), 2 ** 48],
  ["a picture larger than the canvas", riff(canvas(ONE_BY_ONE), lossy()), 6],
  [
    "as many frames as there are",
    riff(canvas(ONE_BY_ONE), ...Array(5).fill(frame(ONE_BY_ONE, lossy()))),
    30,
  ],
  [
    "a frame larger than what it holds",
    riff(canvas(ONE_BY_ONE), frame(LARGEST, lossy())),
    2 ** 48,
  ],
  ["chunks of odd length", riff(lossy(), chunk("EXIF", "odd")), 6],
];

for (const [why, file, pixels] of PIXELS) {
  Deno.test(`webp() counts ${why}`, async () => {
    deepStrictEqual(await webp(memory(file)), { end: file.length, pixels });
  });
}

const REFUSED: [why: string, file: Uint8Array][] = [
  ["nothing", join()],
  ["a sound", fixture("sound.wav")],
  ["another chunk first", riff(chunk("EXIF", "even"), lossy())],
  ["a canvas behind the picture", riff(lossy(), canvas(ONE_BY_ONE))],
  ["a canvas alone", riff(canvas(ONE_BY_ONE))],
  ["a frame without a picture", riff(canvas(ONE_BY_ONE), frame(ONE_BY_ONE))],
  ["a lossy picture without width", riff(lossy("\0\0\x03\0"))],
  [
    "a lossy picture without its start code",
    riff(lossy("\x02\0\x03\0", "\0\0\0abc")),
  ],
  [
    "a lossy picture that is no key frame",
    riff(lossy("\x02\0\x03\0", "\x01\0\0\x9d\x01\x2a")),
  ],
  [
    "a lossless picture of another signature",
    riff(chunk("VP8L", "\x2e\0\0\0\0")),
  ],
  ["a lossless picture of 4 bytes", riff(chunk("VP8L", "\x2f\0\0\0"))],
  [
    "a frame in a frame",
    riff(canvas(ONE_BY_ONE), frame(ONE_BY_ONE, frame(ONE_BY_ONE, lossy()))),
  ],
  [
    "a chunk that leaves its frame",
    riff(
      canvas(ONE_BY_ONE),
      frame(ONE_BY_ONE, patch(lossy(), 4, u32le(14 + 48))),
      chunk("EXIF", "x".repeat(40)),
    ),
  ],
  [
    "what does not fill its size",
    patch(join(riff(lossy()), "1234567"), 4, u32le(33)),
  ],
  ...[0, 2 ** 31, 2 ** 32 - 1].flatMap((length): [string, Uint8Array][] => [
    [`a size of ${length}`, patch(riff(lossy()), 4, u32le(length))],
    [`a chunk of ${length} bytes`, patch(riff(lossy()), 16, u32le(length))],
  ]),
];

for (const [why, file] of REFUSED) {
  Deno.test(`webp() refuses ${why}`, async () => {
    strictEqual(await webp(memory(file)), undefined);
  });
}

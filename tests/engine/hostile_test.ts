/**
 * Files that are made to harm, through the engine itself.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { deflateSync } from "node:zlib";
import {
  deepStrictEqual,
  notDeepStrictEqual,
  ok,
  strictEqual,
} from "node:assert/strict";
import { Instance } from "../../supabase/functions/image-proxy/engine/instance.ts";
import {
  LIMITS,
  type Options,
  type Result,
  transform,
} from "../../supabase/functions/image-proxy/engine/transform.ts";
import { unpack } from "../../supabase/functions/image-proxy/engine/unpack.ts";
import { dice } from "../index/random.ts";
import { mutated } from "./fuzz.ts";
import {
  ADOBE_RGB,
  greyProfileOf,
  type Lab,
  labOf,
  profileOf,
  profileOfTags,
  type Table,
  tableProfileOf,
} from "./icc.ts";
import { withProfile } from "./jpeg.ts";
import { KINDS, makePictures, SIZE } from "./pictures.ts";
import {
  chunk as pngChunk,
  type Claim,
  emptyBlocks,
  header,
  packed,
  png,
  SIGNATURE,
} from "./png.ts";
import { animation, chunk, type Frame, webpSize } from "./webp.ts";
import { untimed } from "./untimed.ts";

const MiB = 2 ** 20;
const THUMB: Options = { width: 64, height: 64, format: "webp" };

/** A jpeg's start, and a frame that says how large it is. */
function jpegHeader(width: number, height: number): Uint8Array {
  const frame = Buffer.from(
    "ffd8ffc00011080000000003012200021101031101",
    "hex",
  );
  frame.writeUInt16BE(height, 7);
  frame.writeUInt16BE(width, 9);
  const scan = Buffer.from("ffda000c03010002110311003f00", "hex");
  return Buffer.concat([frame, scan, Buffer.alloc(64)]);
}

function gif(width: number, height: number): Uint8Array {
  const bytes = Buffer.from("GIF89a\0\0\0\0\0\0\0,", "latin1");
  bytes.writeUInt16LE(width, 6);
  bytes.writeUInt16LE(height, 8);
  return bytes;
}

/** What every picture costs, as `engine/src/budget.h` has it. */
const A_START = 180_000_000;
/** To read a few bytes. */
const A_LITTLE = { cost: 1_000_000 };

const TINY = { width: 1, height: 1 };
const DOT = Uint8Array.of(0, 200, 100, 50);

function failureOf(result: Result): string {
  return result.ok ? "none" : result.failure;
}

const all = await makePictures();
const [someJpeg = new Uint8Array()] = all;
await transform(someJpeg, THUMB); // so that no test pays for the first time

const LARGE: [why: string, file: Uint8Array, failure: string][] = [
  [
    "an animated WebP of 280 TP",
    animation({ width: 2 ** 24, height: 2 ** 24 }, [
      { file: new Uint8Array(), claim: TINY },
    ]),
    "corrupt",
  ],
  [
    "a PNG of 400 MP in 100 bytes",
    png({ width: 20_000, height: 20_000 }, DOT),
    "pixels",
  ],
  [
    "a PNG of 2^31 - 1 in each direction",
    png({ width: 2 ** 31 - 1, height: 2 ** 31 - 1 }, DOT),
    "pixels",
  ],
  ["a JPEG of 65,535 × 65,535", jpegHeader(65_535, 65_535), "pixels"],
  ["a GIF of 4.3 GP", gif(65_535, 65_535), "format"],
  ["a TIFF of 10 GP", Buffer.from("II*\0\x08\0\0\0\0\0\0\0"), "format"],
];

for (const [why, file, failure] of LARGE) {
  Deno.test(`I7 ${why} is refused by its header`, async () => {
    const rss = Deno.memoryUsage().rss;

    // Nothing else may be spent, so that nothing was when it is refused.
    const result = await transform(file, { ...THUMB, limits: A_LITTLE });

    strictEqual(failureOf(result), failure);
    ok(Deno.memoryUsage().rss - rss < 20 * MiB);
  });
}

const ZEROS = new Uint8Array(500 * MiB);
const PROFILE = packed("iCCP", ZEROS.subarray(0, 2 * MiB));
const BOMBS: [why: string, file: Uint8Array][] = [
  ["500 MB of data for one pixel", png(TINY, ZEROS)],
  ["a text of 500 MB", png(TINY, DOT, packed("zTXt", ZEROS))],
  ["a profile of 500 MB", png(TINY, DOT, packed("iCCP", ZEROS))],
  ["500 profiles of 2 MB", png(TINY, DOT, ...Array(500).fill(PROFILE))],
];

/** Milliseconds that it takes to unpack one of them, which is a second or two. */
async function unpackingMs(): Promise<number> {
  const packed = new Blob([Uint8Array.from(deflateSync(ZEROS))]);
  const at = performance.now();
  const stream = packed.stream().pipeThrough(
    new DecompressionStream("deflate"),
  );
  for await (const _ of stream);
  return performance.now() - at;
}

for (const [why, file] of BOMBS) {
  Deno.test(`I9 ${why} is not unpacked`, async () => {
    await transform(file, THUMB); // loads the engine
    const rss = Deno.memoryUsage().rss;
    const at = performance.now();

    const result = await transform(file, { ...THUMB, format: "png" });

    const spent = performance.now() - at;
    strictEqual(failureOf(result), "none");
    ok(Deno.memoryUsage().rss - rss < 20 * MiB);
    ok(spent < await unpackingMs() / 4);
  });
}

for (const [at, { name }] of KINDS.entries()) {
  Deno.test(`I10 ${name}, cut anywhere, is refused`, async () => {
    const file = all[at] ?? new Uint8Array();
    for (let part = 0; part < 16; part++) {
      const cut = file.subarray(0, Math.floor(file.length * part / 16));

      const result = await transform(cut, THUMB);

      const why = `${part}/16: ${failureOf(result)}`;
      ok(["truncated", "corrupt"].includes(failureOf(result)), why);
    }
  });

  Deno.test(`I10 ${name}, with bits that are flipped, is decoded or refused`, async () => {
    const file = all[at] ?? new Uint8Array();
    for (let round = 0; round < 40; round++) {
      const bytes = file.slice();
      const place = Math.floor(file.length * round / 40) + round % 7;
      bytes[place] = (bytes[place] ?? 0) ^ (1 << round % 8);

      const result = await transform(bytes, THUMB);

      ok(failureOf(result) !== "trap");
    }
    // And what is whole is decoded by the same instance.
    strictEqual(failureOf(await transform(file, THUMB)), "none");
  });
}

/** The segment that begins with `marker`, and the bytes before it. */
function segment(file: Uint8Array, marker: number): [number, Uint8Array] {
  const at = Buffer.from(file).indexOf(Buffer.from([0xff, marker]));
  const view = new DataView(file.buffer, file.byteOffset);
  return [at, file.subarray(at, at + 2 + view.getUint16(at + 2))];
}

Deno.test("I10 a JPEG with two frame headers is refused", async () => {
  const [at, frame] = segment(someJpeg, 0xc0);
  const two = Buffer.concat([
    someJpeg.subarray(0, at),
    frame,
    someJpeg.subarray(at),
  ]);

  strictEqual(failureOf(await transform(two, THUMB)), "corrupt");
});

Deno.test("I10 a progressive JPEG with the same scan 100 times is refused", async () => {
  const index = KINDS.findIndex(({ name }) => name === "JPEG, progressive");
  const file = all[index] ?? new Uint8Array();
  const start = Buffer.from(file).indexOf(Buffer.from([0xff, 0xda]));
  const next = Buffer.from(file).indexOf(Buffer.from([0xff, 0xc4]), start);
  const scan = file.subarray(start, next);
  const many = Buffer.concat([
    file.subarray(0, start),
    ...Array.from({ length: 100 }, () => scan),
    file.subarray(next),
  ]);

  const failure = failureOf(await transform(many, THUMB));

  ok(["scans", "corrupt"].includes(failure), failure);
});

Deno.test("I10 a directory of EXIF that is its own next one is read once", async () => {
  const exif = Buffer.from(
    "Exif\0\0II*\0\x08\0\0\0\x01\0\x32\x01\x03\0\x01\0\0\0\x06\0\0\0\x08\0\0\0",
    "latin1",
  );
  const head = Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, exif.length + 2]);
  const file = Buffer.concat([head, exif, someJpeg.subarray(2)]);

  const result = await transform(file, THUMB);

  // The tag is another one, so it is upright.
  ok(result.ok);
  deepStrictEqual(result.picture.source.size, SIZE);
});

function lie(name: string, at: number, ...bytes: number[]): Uint8Array {
  const index = KINDS.findIndex((kind) => kind.name === name);
  const file = (all[index] ?? new Uint8Array()).slice();
  file.set(bytes, at);
  return file;
}

/** A PNG of 8 × 8 that says it is something else. */
function claim(wrong: Partial<Claim>): Uint8Array {
  const rows = Buffer.alloc(8 * 25);
  return png({ width: 8, height: 8, ...wrong }, rows);
}

const still = all[KINDS.findIndex(({ name }) => name === "WebP")] ??
  new Uint8Array();

/** An animation whose first frame is a picture of the size of its canvas. */
function framed(wrong: Partial<Frame>): Uint8Array {
  return animation(webpSize(still), [{ file: still, ...wrong }]);
}

/** A frame that holds frames. */
function nested(): Uint8Array {
  const file = framed({});
  const at = Buffer.from(file).indexOf("ANMF");
  const inner = Buffer.concat([
    file.subarray(at + 8, at + 24),
    file.subarray(at),
  ]);
  const data = Buffer.concat([
    file.subarray(8, at),
    chunk({ name: "ANMF", data: inner }),
  ]);
  return chunk({ name: "RIFF", data });
}

/** An animation whose first frame comes after `count` chunks. */
function crowded(count: number): Uint8Array {
  const file = framed({});
  const at = Buffer.from(file).indexOf("ANIM");
  const one = chunk({ name: "none", data: new Uint8Array() });
  const many = Array.from({ length: count }, () => one);
  const parts = [file.subarray(8, at), ...many, file.subarray(at)];
  return chunk({ name: "RIFF", data: Buffer.concat(parts) });
}

/** Where the dimensions are in the frame header of `someJpeg`. */
const FRAME = segment(someJpeg, 0xc0)[0];

const LIES: [why: string, file: Uint8Array, failure: RegExp][] = [
  ["a PNG of more rows", claim({ height: 9 }), /truncated|corrupt/],
  ["a PNG of longer rows", claim({ width: 9 }), /truncated|corrupt/],
  ["a PNG of no width", claim({ width: 0 }), /corrupt/],
  ["a PNG of no height", claim({ height: 0 }), /corrupt/],
  ["a PNG of 3 bits", claim({ depth: 3 }), /corrupt/],
  ["a PNG of 16 bits", claim({ depth: 16 }), /truncated|corrupt/],
  ["a PNG of colour type 5", claim({ type: 5 }), /corrupt/],
  ["a PNG with a palette", claim({ type: 3 }), /corrupt/],
  ["a PNG that is interlaced", claim({ interlaced: true }), /corrupt/],
  ["a JPEG of no height", lie("JPEG, 4:2:0", FRAME + 5, 0, 0), /corrupt/],
  ["a JPEG of no width", lie("JPEG, 4:2:0", FRAME + 7, 0, 0), /corrupt/],
  ["a JPEG of more rows", lie("JPEG, 4:2:0", FRAME + 5, 9, 0), /./],
  ["a JPEG of longer rows", lie("JPEG, 4:2:0", FRAME + 7, 9, 0), /./],
  ["a JPEG of 12 bits", lie("JPEG, 4:2:0", FRAME + 4, 12), /corrupt/],
  ["a JPEG of 200 components", lie("JPEG, 4:2:0", FRAME + 9, 200), /corrupt/],
  ["a JPEG of no components", lie("JPEG, 4:2:0", FRAME + 9, 0), /corrupt/],
  ["a JPEG that is lossless", lie("JPEG, 4:2:0", FRAME + 1, 0xc3), /corrupt/],
  ["a WebP of a longer RIFF", lie("WebP", 7, 0x7f), /./],
  ["a WebP of a shorter RIFF", lie("WebP", 4, 1, 0, 0, 0), /corrupt/],
  ["a WebP of longer data", lie("WebP", 19, 0x7f), /truncated|corrupt/],
  ["a WebP of no width", lie("WebP", 26, 0, 0), /corrupt/],
  ["an animation of no frames", animation(SIZE, []), /corrupt/],
  ["a frame right of its canvas", framed({ left: 2 }), /corrupt/],
  ["a frame below its canvas", framed({ top: 2 }), /corrupt/],
  ["a frame of a larger picture", framed({ claim: TINY }), /corrupt/],
  [
    "a frame without a picture",
    animation(SIZE, [{ file: Buffer.alloc(0), claim: SIZE }]),
    /truncated|corrupt/,
  ],
  ["a frame with an animation in it", nested(), /truncated|corrupt/],
  ["an animation of 10,000 chunks", crowded(10_000), /corrupt/],
  ["a WebP of version 7", lie("WebP, lossless", 24, 0xf0), /corrupt/],
];

for (const [why, file, failure] of LIES) {
  Deno.test(`I10 ${why}, which it is not, is no surprise`, async () => {
    const result = failureOf(await transform(file, THUMB));

    ok(failure.test(result), result);
    ok(result !== "trap");
    strictEqual(failureOf(await transform(someJpeg, THUMB)), "none");
  });
}

/** What is bright is dark: there is no missing that. */
function negative(numbers: readonly number[]): Lab {
  return labOf(numbers.map((it) => 1 - it));
}

const RGB_TABLE: Table = { space: "RGB ", points: 4, colourOf: negative };
const SRGB_TABLE: Table = { ...RGB_TABLE, points: 33, colourOf: labOf };
const INK_TABLE: Table = { space: "CMYK", points: 3, colourOf: negative };

function copied(from: Uint8Array, at: number, ...bytes: number[]): Uint8Array {
  const copy = from.slice();
  copy.set(bytes, at);
  return copy;
}

/** A chain of as many matrices as it says, all of them in the same place. */
function chain(count: number): Uint8Array {
  const head = Buffer.from("mpet\0\0\0\0\0\x03\0\x03", "latin1");
  const matrix = Buffer.alloc(12 + 4 * 12);
  matrix.write("matf\0\0\0\0\0\x03\0\x03", "latin1");
  for (const i of [0, 4, 8]) matrix.writeFloatBE(1, 12 + 4 * i);
  const places = Buffer.alloc(4 + 8 * count);
  places.writeUInt32BE(count);
  for (let i = 0; i < count; i++) {
    places.writeUInt32BE(16 + 8 * count, 4 + 8 * i);
    places.writeUInt32BE(matrix.length, 8 + 8 * i);
  }
  const tag = Buffer.concat([head, places, matrix]);
  return profileOfTags("RGB ", "XYZ ", [["D2B0", tag]]);
}

// Where the first entry of the directory is, and the second, which is A2B0.
const [FIRST, SECOND] = [132, 144];
const OLD = tableProfileOf(RGB_TABLE, "mft2");
const NEW = tableProfileOf(RGB_TABLE, "mAB ");
const [TABLE_AT = 0] = new Uint32Array([
  new DataView(OLD.buffer, OLD.byteOffset).getUint32(SECOND + 4),
]);
const LARGEST = [0xff, 0xff, 0xff, 0xff];

const PROFILES: [why: string, profile: Uint8Array][] = [
  ["with 2^32 - 1 tags", copied(OLD, 128, ...LARGEST)],
  ["with a tag behind its end", copied(OLD, SECOND + 4, 0x7f, 0xff)],
  [
    "with a tag that ends before it begins",
    copied(OLD, SECOND + 4, ...LARGEST),
  ],
  ["whose table is its directory", copied(OLD, SECOND + 4, 0, 0, 0, 128)],
  ["whose table is cut", OLD.subarray(0, OLD.length - 99)],
  ["of 190 points each way", copied(OLD, TABLE_AT + 10, 190)],
  ["of one point", copied(OLD, TABLE_AT + 10, 1)],
  ["of 15 inks", copied(OLD, TABLE_AT + 8, 15, 15, 15)],
  ["of curves of 65,535 samples", copied(OLD, TABLE_AT + 48, ...LARGEST)],
  ["whose curves are its table", copied(NEW, TABLE_AT + 12, 0, 0, 0, 80)],
  ["whose table is itself", copied(NEW, TABLE_AT + 24, 0, 0, 0, 0, 1)],
  ["of 190 points, between curves", copied(NEW, TABLE_AT + 80, 190, 190, 190)],
  ["of a link", copied(OLD, 12, ...Buffer.from("link"))],
  ["of names", copied(OLD, 12, ...Buffer.from("nmcl"))],
  ["of nothing", copied(OLD, FIRST, ...new Uint8Array(24))],
  ["of 100,000 steps", chain(100_000)],
];

/** A PNG of 8 × 8 in which there are some colours. */
function coloured(profile: Uint8Array): Uint8Array {
  const rows = Uint8Array.from(
    { length: 8 * 25 },
    (_, i) => i % 25 === 0 ? 0 : i * 7 % 256,
  );
  const square = { width: 8, height: 8 };
  return png(square, rows, packed("iCCP", profile));
}

for (const [why, profile] of PROFILES) {
  Deno.test(`I10 a profile ${why} is none`, async () => {
    const without = await transform(coloured(new Uint8Array()), THUMB);
    const heeded = await transform(coloured(OLD), THUMB);
    notDeepStrictEqual(untimed(heeded), untimed(without));
    const rss = Deno.memoryUsage().rss;
    const at = performance.now();

    const result = await transform(coloured(profile), THUMB);

    ok(performance.now() - at < 500);
    ok(Deno.memoryUsage().rss - rss < 20 * MiB);
    deepStrictEqual(untimed(result), untimed(without));
  });
}

Deno.test("I10 a profile of 2 MiB is none", async () => {
  const large = new Uint8Array(2 * MiB);
  large.set(OLD);

  const result = await transform(withProfile(someJpeg, large), THUMB);

  const plain = await transform(someJpeg, THUMB);
  deepStrictEqual(untimed(result), untimed(plain));
  const small = await transform(withProfile(someJpeg, OLD), THUMB);
  notDeepStrictEqual(untimed(small), untimed(result));
});

for (
  const [why, profile, cost] of [
    ["to read a profile", tableProfileOf(SRGB_TABLE, "mft2"), 190_000_000],
    ["to make a table of it", OLD, 210_000_000],
  ] as const
) {
  Deno.test(`I22 what it takes ${why} is counted`, async () => {
    const options = { ...THUMB, limits: { cost } };

    const result = await transform(coloured(profile), options);

    strictEqual(failureOf(result), "cost");
    const without = await transform(coloured(new Uint8Array()), options);
    strictEqual(failureOf(without), "none");
  });
}

Deno.test("I10 no mutation of a profile traps, hangs or takes much memory", async () => {
  const instance = new Instance(await WebAssembly.compile(await unpack()));
  const ink = all[KINDS.findIndex(({ name }) => name === "JPEG, CMYK")];
  const grey = all[KINDS.findIndex(({ name }) => name === "JPEG, grey")];
  ok(ink && grey);
  const kinds: [Uint8Array, (profile: Uint8Array) => Uint8Array][] = [
    [profileOf(ADOBE_RGB), coloured],
    [OLD, coloured],
    [NEW, coloured],
    [tableProfileOf(RGB_TABLE, "mft1"), coloured],
    [greyProfileOf(1.8), (it) => withProfile(grey, it)],
    [tableProfileOf(INK_TABLE, "mft2"), (it) => withProfile(ink, it)],
    [tableProfileOf(INK_TABLE, "mAB "), (it) => withProfile(ink, it)],
  ];
  const { below } = dice(20_261_122);
  const part = { left: 0, top: 0, width: 8, height: 8 };
  const size = { width: 8, height: 8 };
  const seen = new Set<string>();

  for (let round = 0; round < 1_400; round++) {
    const [profile, within] = kinds[round % kinds.length] ?? [OLD, coloured];
    const at = performance.now();
    instance.open(within(mutated(profile, below)), LIMITS);
    const made = instance.make({ part, size }, {
      ...{ format: "png", quality: 80, background: 0, frames: 1 },
    });
    if (typeof made === "string") throw new Error(`${round}: ${made}`);
    ok(performance.now() - at < 1_000, `${round}`);
    seen.add(`${made.bytes}`);
  }

  ok(instance.bytes < 16 * MiB, `${instance.bytes}`);
  // Some change the colours: not all mutations are of no account.
  ok(seen.size > 50, `${seen.size}`);
});

Deno.test("I22 one pixel becomes as many as are allowed, and no more", async () => {
  const dot = png(TINY, DOT);
  for (const format of ["webp", "jpeg"] as const) {
    const result = await transform(dot, {
      width: 2_500,
      height: 2_500,
      format,
    });
    ok(result.ok, format);
  }
  for (const [width, height] of [[2_501, 2_500], [16_384, 1]] as const) {
    const result = await transform(dot, { width, height, format: "webp" });
    strictEqual(failureOf(result), "too large");
  }
});

Deno.test("I22 what would take too long is refused before it begins", async () => {
  const dot = png(TINY, DOT);

  const result = await transform(dot, {
    width: 2_500,
    height: 2_500,
    format: "png",
  });

  strictEqual(failureOf(result), "cost");
});

Deno.test("I22 a decode ends where its allowance does", async () => {
  const limits = { cost: A_START + SIZE.width * SIZE.height * 4 };

  for (const [at, { name }] of KINDS.entries()) {
    const file = all[at] ?? new Uint8Array();
    const result = await transform(file, { ...THUMB, limits });
    strictEqual(failureOf(result), "cost", name);
  }
});

/** A PNG of one pixel, of which the data have `parts` before them. */
function behind(parts: readonly Uint8Array[]): Uint8Array {
  const packed = deflateSync(DOT);
  const data = [packed.subarray(0, 2), ...parts, packed.subarray(2)];
  return Buffer.concat([
    SIGNATURE,
    header(TINY),
    ...data.map((it) => pngChunk("IDAT", it)),
    pngChunk("IEND", new Uint8Array()),
  ]);
}

const CHEAP: Options = { ...THUMB, limits: { cost: A_START + 100_000_000 } };

Deno.test("I22 what is in a file besides its pixels is charged", async () => {
  const nothing = Array.from({ length: 200_000 }, () => new Uint8Array());

  // Neither is wrong, and a few of them are taken.
  for (
    const file of [behind([emptyBlocks(1_000)]), behind([new Uint8Array()])]
  ) {
    strictEqual(failureOf(await transform(file, CHEAP)), "none");
  }
  for (const file of [behind([emptyBlocks(1e6)]), behind(nothing)]) {
    strictEqual(failureOf(await transform(file, CHEAP)), "cost");
  }
});

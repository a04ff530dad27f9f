/**
 * What is decoded, beside what sharp decodes: libheif and dav1d.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  decode,
  type Decoded,
} from "../../supabase/functions/image-proxy/avif/decoder.ts";
import { turned } from "../../supabase/functions/image-proxy/engine/orientation.ts";
import { difference, likeness } from "../engine/likeness.ts";
import { sharp } from "../engine/oracle.ts";
import { ANIMATION } from "./animation.ts";
import {
  box,
  fileOf,
  full,
  imir,
  irot,
  ispe,
  longs,
  nclx,
  shorts,
  still,
  streamOf,
  text,
} from "./boxes.ts";
import { KINDS, makeAvifs, RAW } from "./pictures.ts";

const files = await makeAvifs();
const theirs = await sharp(files.map((input) => ({ input, calls: RAW })));

/** The file of a kind. */
function fileNamed(name: string): Uint8Array {
  const file = files[KINDS.findIndex((kind) => kind.name === name)];
  if (file === undefined) throw new Error(name);
  return file;
}

async function decoded(file: Uint8Array): Promise<Decoded> {
  const result = await decode(file);
  if (typeof result === "string") throw new Error(result);
  return result;
}

/** How bright pixels are, which does not depend on what is halved. */
function brightnessOf(pixels: Uint8Array): Uint8Array {
  return pixels.map((_, at) => {
    const [red = 0, green = 0, blue = 0] = pixels.subarray(at & ~3);
    return 0.299 * red + 0.587 * green + 0.114 * blue;
  });
}

const CHANNELS = [0, 1, 2, 3] as const;

for (const [at, kind] of KINDS.entries()) {
  const { name, size, depth, hasAlpha, isHalved } = kind;
  Deno.test(`${name}: decode() makes what sharp makes`, async () => {
    const file = files[at] ?? new Uint8Array();

    const picture = await decoded(file);

    strictEqual(picture.width, size.width);
    strictEqual(picture.height, size.height);
    strictEqual(picture.hasAlpha, hasAlpha);
    strictEqual(picture.header.depth, depth);
    const expected = theirs[at] ?? new Uint8Array();
    strictEqual(picture.pixels.length, expected.length);
    const bright = difference(
      brightnessOf(picture.pixels),
      brightnessOf(expected),
      0,
    );
    ok(bright < 0.6, `${bright}`);
    for (const channel of CHANNELS) {
      const alike = likeness(picture.pixels, expected, size, channel);
      const mean = difference(picture.pixels, expected, channel);
      const isAlike = isHalved
        ? alike > 0.95 && mean < 8
        : alike > 0.995 && mean < 0.6;
      ok(isAlike, `channel ${channel}: ${alike}, ${mean}`);
    }
  });
}

Deno.test("decode() is exact where nothing was lost", async () => {
  const at = KINDS.findIndex(({ name }) => name === "lossless");

  const { pixels } = await decoded(files[at] ?? new Uint8Array());

  deepStrictEqual(pixels, theirs[at]);
});

Deno.test("decode() leaves alpha of every kind exact", async () => {
  for (const [at, { name, depth }] of KINDS.entries()) {
    const { pixels } = await decoded(files[at] ?? new Uint8Array());
    const mean = difference(pixels, theirs[at] ?? new Uint8Array(), 3);
    // Of 10 bits there are two ways to make 8.
    ok(mean <= (depth === 8 ? 0 : 0.5), `${name}: ${mean}`);
  }
});

/** The pixels as EXIF says that they are to be seen. */
function upright({ pixels, width, height, header }: Decoded): Uint8Array {
  const { orientation } = header;
  const to = turned({ width, height }, orientation);
  const turnedPixels = new Uint8Array(pixels.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const right = [2, 3, 6, 7].includes(orientation);
      const bottom = [3, 4, 7, 8].includes(orientation);
      const [across, down] = orientation < 5 ? [x, y] : [y, x];
      const left = right ? to.width - 1 - across : across;
      const top = bottom ? to.height - 1 - down : down;
      const from = (y * width + x) * 4;
      const at = (top * to.width + left) * 4;
      turnedPixels.set(pixels.subarray(from, from + 4), at);
    }
  }
  return turnedPixels;
}

const TURNS: readonly [why: string, orientation: number, ...Uint8Array[]][] = [
  ["nothing", 1],
  ["a quarter", 8, irot(1)],
  ["a half", 3, irot(2)],
  ["three quarters", 6, irot(3)],
  ["top for bottom", 4, imir(0)],
  ["left for right", 2, imir(1)],
  ["a quarter, top for bottom", 5, irot(1), imir(0)],
  ["three quarters, top for bottom", 7, irot(3), imir(0)],
  ["a half, left for right", 4, irot(2), imir(1)],
  ["top for bottom, a quarter", 7, imir(0), irot(1)],
];

const plain = streamOf(fileNamed("4:4:4, of 128 × 96"));
const TURN_SIZE = { width: 128, height: 96 };
const sources = TURNS.map(([, , ...turns]) =>
  still(plain.stream, ispe(128, 96), plain.av1C, ...turns)
);
const turnedOnes = await sharp(
  sources.map((input) => ({ input, calls: RAW })),
);

for (const [at, [why, orientation]] of TURNS.entries()) {
  Deno.test(`decode() leaves it to others to turn ${why}`, async () => {
    const picture = await decoded(sources[at] ?? new Uint8Array());

    strictEqual(picture.header.orientation, orientation);
    const size = turned(TURN_SIZE, picture.header.orientation);
    const expected = turnedOnes[at] ?? new Uint8Array();
    ok(likeness(upright(picture), expected, size, 0) > 0.995);
  });
}

Deno.test("decode() takes boxes' word for colours over the stream's", async () => {
  const size = ispe(128, 96);
  const file = still(plain.stream, size, plain.av1C, nclx(1, 13, 1));

  const picture = await decoded(file);

  strictEqual(picture.header.colour.matrix, 1);
  const [expected = new Uint8Array()] = await sharp([
    { input: file, calls: RAW },
  ]);
  const other = await decoded(still(plain.stream, size, plain.av1C));
  for (const channel of [0, 1, 2] as const) {
    ok(difference(picture.pixels, expected, channel) < 0.6);
    ok(difference(other.pixels, expected, channel) > 0.6);
  }
});

/** A grid of 2 × 2 tiles of 128 × 96, of which 200 × 150 are seen. */
function gridOf(tiles: readonly Uint8Array[]): Uint8Array {
  const words = Buffer.concat([Uint8Array.of(0, 0, 1, 1), shorts(200, 150)]);
  const grid = { type: "grid", data: words, properties: [ispe(200, 150)] };
  const items = tiles.map((data) => ({
    type: "av01",
    data,
    properties: [ispe(128, 96), plain.av1C],
  }));
  const references = [box("dimg", shorts(1, 4, 2, 3, 4, 5))];
  return fileOf({ items: [grid, ...items], references });
}

Deno.test("decode() puts a grid together", async () => {
  const { stream } = plain;
  const file = gridOf([stream, stream, stream, stream]);

  const picture = await decoded(file);

  strictEqual(picture.header.isGrid, true);
  const [expected = new Uint8Array()] = await sharp([{
    input: file,
    calls: RAW,
  }]);
  const size = { width: 200, height: 150 };
  strictEqual(picture.pixels.length, expected.length);
  ok(likeness(picture.pixels, expected, size, 1) > 0.995);
});

/** An animation: one track, or one and its alpha, of one stream again and again. */
function animation(
  stream: Uint8Array,
  { frames, isBare }: { frames: number; isBare: boolean },
): Uint8Array {
  const track = (content: number) => {
    const entry = box(
      "av01",
      new Uint8Array(24),
      shorts(128, 96),
      new Uint8Array(50),
      plain.av1C,
    );
    const sizes = Array.from({ length: frames }, () => stream.length);
    const stbl = box(
      "stbl",
      full("stsd", longs(1), entry),
      full("stsz", longs(0, frames, ...sizes)),
      full("stco", longs(1, content)),
    );
    const tkhd = full("tkhd", longs(0, 0, 1), new Uint8Array(68));
    return box("trak", tkhd, box("mdia", box("minf", stbl)));
  };
  return fileOf({
    brands: ["avis", "avif", "mif1"],
    isBare,
    items: [{
      type: "av01",
      data: stream,
      properties: [ispe(128, 96), plain.av1C],
    }],
    more: (content) => [box("moov", track(content))],
  });
}

for (const isBare of [false, true]) {
  const what = isBare ? "the first of" : "the picture that stands for";
  Deno.test(`decode() takes ${what} an animation`, async () => {
    const file = animation(plain.stream, { frames: 7, isBare });

    const picture = await decoded(file);

    strictEqual(picture.header.frames, 7);
    const alone = still(plain.stream, ispe(128, 96), plain.av1C);
    deepStrictEqual(picture.pixels, (await decoded(alone)).pixels);
  });
}

/** The same file without what stands for it. */
function bare(file: Uint8Array): Uint8Array {
  const bytes = Buffer.from(file);
  bytes.write("free", bytes.indexOf("meta", "latin1"), "latin1");
  return Uint8Array.from(bytes);
}

for (const file of [Uint8Array.from(ANIMATION), bare(ANIMATION)]) {
  Deno.test("decode() reads tracks, and their alpha, of another encoder", async () => {
    const { pixels, header } = await decoded(file);

    const { size, frames, hasAlpha, orientation } = header;
    deepStrictEqual({ size, frames, hasAlpha, orientation }, {
      size: { width: 64, height: 48 },
      frames: 2,
      hasAlpha: true,
      orientation: 1,
    });
    const near = (at: number, wanted: readonly number[]) =>
      wanted.every((it, i) => Math.abs((pixels[at + i] ?? 0) - it) < 8);
    ok(near(0, [204, 0, 51, 128]));
    ok(near((20 * 64 + 20) * 4, [255, 255, 255, 255]));
  });
}

/** The picture's own stream for its alpha. */
function withAlpha(references: readonly Uint8Array[]): Uint8Array {
  const urn = "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0";
  const common = [ispe(128, 96), plain.av1C];
  return fileOf({
    items: [
      { type: "av01", data: plain.stream, properties: common },
      {
        type: "av01",
        data: grey.stream,
        properties: [ispe(128, 96), grey.av1C, full("auxC", text(urn))],
      },
    ],
    references: [box("auxl", shorts(2, 1, 1)), ...references],
  });
}

const grey = streamOf(fileNamed("grey, of 128 × 96"));

Deno.test("decode() takes alpha out of colours that it is in", async () => {
  const apart = await decoded(withAlpha([]));

  const { pixels, header } = await decoded(
    withAlpha([box("prem", shorts(1, 1, 2))]),
  );

  strictEqual(header.isPremultiplied, true);
  strictEqual(header.hasAlpha, true);
  for (let at = 0; at < pixels.length; at += 4) {
    const alpha = apart.pixels[at + 3] ?? 0;
    strictEqual(pixels[at + 3], alpha);
    const was = (apart.pixels[at] ?? 0) * 255 / Math.max(alpha, 1);
    const error = Math.abs((pixels[at] ?? 0) - Math.min(255, was));
    ok(alpha < 8 || error <= 1, `${at}: ${error}`);
  }
});

import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type ImageOptions, optionsIn } from "../_shared/image_options.ts";
import type { NewerFormat } from "./accept.ts";
import type { Size } from "./engine/geometry.ts";
import type { SourceFormat } from "./header/header.ts";
import { planFor, type Sight } from "./plan.ts";
import { wishOf } from "./wish.ts";

const ALL: readonly NewerFormat[] = ["avif", "webp"];

function plan(
  query: string,
  sight: Partial<Sight>,
  newer: readonly NewerFormat[] = [],
  most = Infinity,
) {
  const options: ImageOptions = optionsIn(query) ?? {};
  const size = { width: 1000, height: 500 };
  const whole: Sight = { format: "jpeg", size, hasAlpha: false, ...sight };
  const isOffered = (format: string, { width, height }: Size) =>
    format !== "avif" || width * height <= most;
  return planFor(wishOf(options, "trusted"), whole, { newer, isOffered });
}

const SIZES: [query: string, source: Size, size: Size][] = [
  ["width=200", size(1000, 500), size(200, 100)],
  ["height=200", size(1000, 500), size(400, 200)],
  ["width=200&height=200", size(1000, 500), size(200, 200)],
  ["width=200&height=200&resize=contain", size(1000, 500), size(200, 100)],
  ["width=200&height=200&resize=fill", size(1000, 500), size(200, 200)],
  // What is smaller than the box stays as it is, but for `fill`.
  ["width=200", size(100, 50), size(100, 50)],
  ["width=200&height=200&resize=contain", size(100, 50), size(100, 50)],
  ["width=200&height=200", size(100, 50), size(100, 50)],
  ["width=200&height=50", size(100, 100), size(100, 50)],
  ["width=200&height=200", size(100, 1000), size(100, 200)],
  ["width=200&height=200&resize=fill", size(100, 50), size(200, 200)],
  // Without a size, no larger than Storage makes.
  ["quality=50", size(1000, 500), size(1000, 500)],
  ["quality=50", size(5000, 2500), size(2500, 1250)],
  ["width=800", size(1000, 10000), size(800, 8000)],
];

function size(width: number, height: number): Size {
  return { width, height };
}

for (const [query, source, expected] of SIZES) {
  const { width, height } = source;
  Deno.test(`planFor() makes ${query} of ${width} × ${height}`, () => {
    deepStrictEqual(plan(query, { size: source }).size, expected);
  });
}

const DRAWN: [query: string, source: Size, size: Size][] = [
  ["width=200", size(100, 50), size(200, 100)],
  ["height=200", size(100, 50), size(400, 200)],
  ["width=200&height=200", size(100, 50), size(200, 200)],
  ["width=200&height=200&resize=contain", size(100, 50), size(200, 100)],
  ["width=200&height=200&resize=fill", size(100, 50), size(200, 200)],
  // Without a size, as it says, and no larger than Storage makes.
  ["quality=50", size(100, 50), size(100, 50)],
  ["quality=50", size(5000, 2500), size(2500, 1250)],
];

for (const [query, source, expected] of DRAWN) {
  const { width, height } = source;
  Deno.test(`planFor() makes ${query} of a drawing of ${width} × ${height}`, () => {
    const sight = { size: source, isVector: true };

    deepStrictEqual(plan(query, sight).size, expected);
  });
}

// The part that is left, of 1000 × 500 in a box of 100 × 100.
const POINTS: [gravity: string, x: number][] = [
  ["ce", 0.5],
  ["no", 0.5],
  ["we", 0],
  ["nowe", 0],
  ["soea", 1],
  ["fp&x_offset=0.5&y_offset=0.5", 0.5],
  ["fp&x_offset=0&y_offset=0", 0],
  ["fp&x_offset=0.25&y_offset=0.9", 0],
  ["fp&x_offset=0.4&y_offset=0", 0.3],
  ["fp&x_offset=1&y_offset=0", 1],
];

for (const [gravity, x] of POINTS) {
  Deno.test(`planFor() cuts at ${x} for gravity ${gravity}`, () => {
    const { box } = plan(`width=100&height=100&gravity=${gravity}`, {});

    strictEqual(box.gravity?.x.toFixed(9), x.toFixed(9));
  });
}

const FORMATS: [
  query: string,
  source: SourceFormat,
  newer: readonly NewerFormat[],
  hasAlpha: boolean,
  format: string,
][] = [
  ["width=9", "jpeg", ALL, false, "avif"],
  ["width=9", "jpeg", ["webp"], false, "webp"],
  ["width=9", "jpeg", [], false, "jpeg"],
  ["width=9", "png", [], false, "png"],
  ["width=9", "webp", [], false, "jpeg"],
  ["width=9", "webp", [], true, "png"],
  ["width=9", "avif", [], true, "png"],
  ["width=9", "avif", [], false, "jpeg"],
  ["width=9", "heic", [], false, "jpeg"],
  ["width=9", "heic", [], true, "png"],
  ["width=9", "bmp", [], false, "jpeg"],
  ["width=9", "tiff", [], true, "png"],
  // What is drawn has edges.
  ["width=9", "gif", [], false, "png"],
  ["width=9", "svg", [], false, "png"],
  ["width=9", "ico", [], false, "png"],
  ["width=9&format=origin", "jpeg", ALL, false, "jpeg"],
  ["width=9&format=origin", "gif", ALL, false, "gif"],
  ["width=9&format=origin", "bmp", ALL, false, "bmp"],
  ["width=9&format=origin", "tiff", ALL, false, "tiff"],
  // Which nobody writes.
  ["width=9&format=origin", "heic", ALL, false, "jpeg"],
  ["width=9&format=origin", "svg", ALL, true, "png"],
  ["width=9&format=origin", "ico", ALL, true, "png"],
  ["width=9&format=tiff", "gif", ALL, true, "tiff"],
  ["width=9&format=origin", "webp", [], false, "webp"],
  ["width=9&format=origin", "avif", [], false, "avif"],
  ["width=9&format=png", "jpeg", ALL, false, "png"],
  ["width=9&format=avif", "jpeg", [], false, "avif"],
  // Too many pixels for AVIF, of which 100,000 are offered here.
  ["width=900", "jpeg", ALL, false, "webp"],
  ["width=900", "jpeg", ["avif"], false, "jpeg"],
  ["width=900&format=origin", "avif", [], false, "webp"],
  ["width=900&format=avif", "jpeg", [], false, "avif"],
];

for (const [query, format, newer, hasAlpha, expected] of FORMATS) {
  const who = newer.join(", ") || "nothing newer";
  const what = hasAlpha ? `${format} with alpha` : format;
  Deno.test(`I15 ${query} of ${what} is ${expected} to who shows ${who}`, () => {
    const made = plan(query, { format, hasAlpha }, newer, 100_000);

    strictEqual(made.format, expected);
  });
}

const MOVES: [
  query: string,
  source: SourceFormat,
  newer: readonly NewerFormat[],
  format: string,
][] = [
  // Nobody's AVIF moves here.
  ["width=9", "gif", ALL, "webp"],
  ["width=9", "gif", ["avif"], "gif"],
  ["width=9", "gif", [], "gif"],
  ["width=9", "webp", ["webp"], "webp"],
  ["width=9", "webp", [], "gif"],
  ["width=9", "png", [], "png"],
  ["width=9&format=origin", "gif", ALL, "gif"],
  ["width=9&format=jpeg", "gif", ALL, "jpeg"],
];

for (const [query, format, newer, expected] of MOVES) {
  const who = newer.join(", ") || "nothing newer";
  Deno.test(`I15 ${query} of a ${format} that moves is ${expected} to who shows ${who}`, () => {
    const made = plan(query, { format, moves: true }, newer);

    strictEqual(made.format, expected);
  });
}

/**
 * Every kind of picture through HTTP, into every format, box, place and density,
 * against sharp.
 *
 * A few kinds meet all choices together, the others every two of them; with
 * `deno task test:matrix`, all meet all.
 *
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import type { Size } from "../supabase/functions/image-proxy/engine/geometry.ts";
import { sharp } from "./engine/oracle.ts";
import { SIZE } from "./engine/pictures.ts";
import { assertAlike } from "./images/alike.ts";
import { type Asked, made } from "./images/asked.ts";
import { expectedOf } from "./images/expected.ts";
import { makeOriginals, PIXELS, rawOf } from "./images/kinds.ts";
import {
  BOXES,
  type Case,
  productOf,
  queryOf,
  type Result,
  sampleOf,
  SHAPES,
} from "./images/matrix.ts";
import { storedAs } from "./images/turned.ts";

/** One that is turned, and one that can be seen through. */
const MEET_ALL: ReadonlySet<string> = new Set([
  ...["JPEG, EXIF orientation 7", "PNG, truecolour with alpha"],
]);

const ALL_MEET_ALL = Deno.args.includes("--all");

const originals = await makeOriginals();

function askFor(cases: readonly Case[], size: Size): Asked[] {
  return cases.map((it) => {
    const query = queryOf(it);
    return { query, result: it.result, ...expectedOf(it, size) };
  });
}

for (const [turn, original] of originals.entries()) {
  const { name, file, size, ...rest } = original;
  const meetsAll = ALL_MEET_ALL || MEET_ALL.has(name);
  const product = productOf(rest.hasAlpha);
  const cases = meetsAll ? product : sampleOf(rest.hasAlpha, turn);
  const count = `${cases.length} of ${product.length}`;

  Deno.test(`I14 ${name}: what is asked for is what sharp makes: ${count}`, async () => {
    const source = await original.source();
    const asked = askFor(cases, size);

    const all = await made(file, source, asked);

    for (const it of all) assertAlike({ ...rest, ...it }, it.query);
  });
}

Deno.test("I14 in a sample every two choices meet", () => {
  const pairsOf = (it: Case) => {
    const texts = Object.entries(it).map((choice) => JSON.stringify(choice));
    return texts.flatMap((a, i) => texts.slice(i + 1).map((b) => a + b));
  };
  for (const hasAlpha of [true, false]) {
    const all = new Set(productOf(hasAlpha).flatMap(pairsOf));
    for (let turn = 0; turn < 9; turn++) {
      const met = new Set(sampleOf(hasAlpha, turn).flatMap(pairsOf));

      deepStrictEqual([...all.difference(met)], []);
    }
  }
});

/** The drawing, whose corners differ. */
const DRAWING = await pixelsOf("PNG, truecolour");

async function pixelsOf(name: string): Promise<Uint8Array> {
  const input = originals.find((it) => it.name === name)?.file;
  if (input === undefined) throw new Error(`There is no ${name}`);
  const [pixels = new Uint8Array()] = await sharp([{ input, calls: PIXELS }]);
  return pixels;
}

/** Without loss. */
const PNG: Result = { format: "png", off: 1.5 };

for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
  Deno.test(`I14 EXIF orientation ${orientation}: it is upright, wherever it is cut`, async () => {
    const stored = storedAs(orientation, { ...SIZE, pixels: DRAWING });
    const [file = new Uint8Array()] = await sharp([{
      ...rawOf(stored.pixels, stored),
      calls: [
        ["removeAlpha"],
        ["withMetadata", { orientation }],
        ["jpeg", { quality: 100, chromaSubsampling: "4:4:4" }],
      ],
    }]);
    const cases = SHAPES.flatMap((shape) =>
      BOXES.map((box) => ({ result: PNG, shape, dpr: 1, box }))
    );
    const asked = askFor(cases, SIZE);

    const all = await made(file, rawOf(DRAWING, SIZE), asked);

    for (const it of all) assertAlike({ ...it, hasAlpha: false }, it.query);
  });
}

const WHOLE = { left: 0, top: 0, ...SIZE };

// Of 451 × 300.
const LARGE: [query: string, part: Asked["part"], size: Size][] = [
  ["width=600&height=400", WHOLE, SIZE],
  ["width=200&height=150&dpr=3", WHOLE, SIZE],
  ["width=600&height=400&resize=contain", WHOLE, SIZE],
  ["width=600", WHOLE, SIZE],
  ["height=150&dpr=3", WHOLE, SIZE],
  ["quality=95", WHOLE, SIZE],
  // There is nothing to scale then, and only to cut.
  [
    "width=600&height=100&gravity=so",
    { left: 0, top: 200, width: 451, height: 100 },
    { width: 451, height: 100 },
  ],
  [
    "width=100&height=600&gravity=ea",
    { left: 351, top: 0, width: 100, height: 300 },
    { width: 100, height: 300 },
  ],
  [
    "width=50&height=150&dpr=3&gravity=we",
    { left: 0, top: 0, width: 150, height: 300 },
    { width: 150, height: 300 },
  ],
  // A side alone: 300 / 11 is 27.3, and 451 / 3 is 150.3.
  ["width=41", WHOLE, { width: 41, height: 27 }],
  ["height=50&dpr=2", WHOLE, { width: 150, height: 100 }],
];

Deno.test("I14 nothing is enlarged: a box is as large as the picture at most", async () => {
  const asked = LARGE.map(([query, part, size]): Asked => {
    return { query: `${query}&format=png`, result: PNG, part, size };
  });
  const source = rawOf(DRAWING, SIZE);
  const [file = new Uint8Array()] = await sharp([{
    ...source,
    calls: [["png"]],
  }]);

  const all = await made(file, source, asked);

  for (const it of all) assertAlike({ ...it, hasAlpha: false }, it.query);
});

// Each way larger, or one.
const STRETCHED: [query: string, size: Size][] = [
  ["width=200&height=150&dpr=3", { width: 600, height: 450 }],
  ["width=600&height=100", { width: 600, height: 100 }],
  ["width=100&height=500", { width: 100, height: 500 }],
];

Deno.test("I14 what is to fill its box is stretched, and not moved", async () => {
  // Where sharp enlarges, it moves a picture by half a pixel. Of one that has
  // each pixel four times it makes a smaller one.
  const large = { width: 4 * SIZE.width, height: 4 * SIZE.height };
  const part = { left: 0, top: 0, ...large };
  const asked = STRETCHED.map(([query, size]): Asked => {
    const whole = `${query}&resize=fill&format=png`;
    return { query: whole, result: PNG, part, size };
  });
  const [file = new Uint8Array()] = await sharp([{
    ...rawOf(DRAWING, SIZE),
    calls: [["png"]],
  }]);

  const all = await made(file, rawOf(repeated(DRAWING, SIZE, 4), large), asked);

  for (const it of all) assertAlike({ ...it, hasAlpha: false }, it.query);
});

/** With each pixel `times` times across and down. */
function repeated(pixels: Uint8Array, size: Size, times: number): Uint8Array {
  const [width, height] = [times * size.width, times * size.height];
  const all = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const row = Math.floor(y / times) * size.width;
      const from = 4 * (row + Math.floor(x / times));
      all.set(pixels.subarray(from, from + 4), 4 * (y * width + x));
    }
  }
  return all;
}

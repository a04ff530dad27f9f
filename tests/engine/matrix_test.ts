/**
 * Every kind of picture, into every format and box, against sharp.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type {
  Fit,
  Size,
} from "../../supabase/functions/image-proxy/engine/geometry.ts";
import {
  type Picture,
  transform,
} from "../../supabase/functions/image-proxy/engine/transform.ts";
import { difference, likeness } from "./likeness.ts";
import { type Calls, sharp, type Task } from "./oracle.ts";
import { KINDS, makePictures } from "./pictures.ts";
import {
  ADOBE_RGB,
  greyProfileOf,
  type Lab,
  labOf,
  profileOf,
  tableProfileOf,
} from "./icc.ts";
import { withProfile } from "./jpeg.ts";
import { mended, packed, png } from "./png.ts";
import { untimed } from "./untimed.ts";

/** Of luminance: what encoders at quality 90 leave, and rounding. */
const FLOOR = 0.97;

/** What a colour may be off, of 255: WebP and JPEG halve its resolution. */
const OFF = { webp: 5, jpeg: 5, png: 1.5 };

const FORMATS = ["webp", "jpeg", "png"] as const;
const BOX: Size = { width: 150, height: 120 };

/** As sharp calls them. */
const FITS: readonly (readonly [Fit, string])[] = [
  ["cover", "cover"],
  ["contain", "inside"],
  ["fill", "fill"],
];

interface Case {
  readonly format: typeof FORMATS[number];
  readonly fit: Fit;
  readonly theirs: string;
}

const CASES: readonly Case[] = FORMATS.flatMap((format) =>
  FITS.map(([fit, theirs]) => ({ format, fit, theirs }))
);

/** To pixels: red, green, blue and alpha. */
const PIXELS: Calls = [["toColourspace", "srgb"], ["ensureAlpha"], ["raw"]];
/** What is seen on white: the colour of what is clear means nothing. */
const SEEN: Calls = [["flatten", { background: "#ffffff" }], ...PIXELS];

const sources = await makePictures();

async function ours(
  source: Uint8Array,
  { format, fit }: Case,
): Promise<Picture> {
  const options = { ...BOX, format, fit, quality: 90 };
  const result = await transform(source, options);
  ok(result.ok, JSON.stringify(result));
  strictEqual(result.picture.format, format);
  return result.picture;
}

/** What sharp makes of the file, and what it sees in ours. */
function tasksOf(source: Uint8Array, mine: Picture, { theirs }: Case): Task[] {
  const box = { ...BOX, fit: theirs, fastShrinkOnLoad: false };
  const resized: Calls = [["rotate"], ["resize", box]];
  const { width, height } = mine.size;
  // Fails where the picture is of another size than it says.
  const exact: Calls = [["extract", { left: 0, top: 0, width, height }]];
  return [
    { input: source, calls: [...resized, ...SEEN] },
    { input: mine.bytes, calls: [...exact, ...SEEN] },
    { input: source, calls: [...resized, ...PIXELS] },
    { input: mine.bytes, calls: PIXELS },
  ];
}

for (const [at, { name, hasAlpha, ...kind }] of KINDS.entries()) {
  Deno.test(`I14 ${name}: every format and fit is what sharp makes`, async () => {
    const source = sources[at] ?? new Uint8Array();
    const made: Picture[] = [];
    for (const it of CASES) made.push(await ours(source, it));
    const tasks = CASES.flatMap((it, index) => {
      const mine = made[index];
      return mine === undefined ? [] : tasksOf(source, mine, it);
    });

    const seen = await sharp(tasks);

    for (const [index, { format, fit }] of CASES.entries()) {
      const why = `${format}, ${fit}`;
      const size = made[index]?.size ?? BOX;
      const [theirs, mine, their, my] = seen.slice(4 * index);
      ok(theirs && mine && their && my);
      if (fit !== "contain") deepStrictEqual(size, BOX, why);
      // Of what has alpha if need be, and always of all that there is.
      strictEqual(my.length, size.width * size.height * 4, why);
      strictEqual(mine.length, theirs.length, why);
      const like = likeness(theirs, mine, size, 1);
      ok(like >= (kind.floor ?? FLOOR), `${why}: ${like}`);
      for (const channel of [0, 1, 2] as const) {
        const colour = difference(theirs, mine, channel);
        const most = OFF[format] + (kind.off ?? 0);
        ok(colour < most, `${why}: ${channel}: ${colour}`);
      }
      const alpha = difference(their, my, 3);
      const isClear = hasAlpha === true && format !== "jpeg";
      ok(isClear ? alpha < 1 : my.every(isOpaque), `${why}: alpha ${alpha}`);
    }
  });
}

/** Each fourth byte is alpha. */
function isOpaque(value: number, at: number): boolean {
  return at % 4 !== 3 || value === 255;
}

for (const name of ["4:2:0", "4:4:4", "progressive", "grey", "CMYK"]) {
  Deno.test(`I14 JPEG, ${name}: a part is what it is of the whole`, async () => {
    const at = KINDS.findIndex((kind) => kind.name === `JPEG, ${name}`);
    const file = sources[at] ?? new Uint8Array();
    const whole = await transform(file, { format: "pixels" });
    ok(whole.ok);
    const { bytes: pixels, size, hasAlpha } = whole.picture;
    for (const [width, height] of [[20, 90], [200, 30], [64, 300]] as const) {
      for (const place of [0, 0.4, 1]) {
        const gravity = { x: place, y: place };
        const options = { width, height, gravity, format: "pixels" } as const;

        const part = await transform(file, options);

        const cut = await transform({ pixels, size, hasAlpha }, options);
        ok(part.ok && cut.ok);
        const [a, b] = [part.picture.bytes, cut.picture.bytes];
        const like = likeness(a, b, { width, height }, 1);
        ok(like > FLOOR, `${width} × ${height}, ${place}: ${like}`);
        const off = difference(a, b, 0);
        ok(off < 2, `${width} × ${height}, ${place}: ${off}`);
      }
    }
  });
}

const SQUARE: Size = { width: 85, height: 85 };

/** Every third red, green and blue. */
function colours(profile: Uint8Array): Uint8Array {
  const { width, height } = SQUARE;
  const rows = Buffer.alloc(height * (1 + 3 * width));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * (1 + 3 * width) + 1 + 3 * x;
      rows.set([3 * x, 3 * y, 255 - 3 * Math.abs(x - y)], at);
    }
  }
  return png(SQUARE, rows, packed("iCCP", profile));
}

/** Every third grey, more or less opaque. */
function greys(profile: Uint8Array): Uint8Array {
  const { width, height } = SQUARE;
  const rows = Buffer.alloc(height * (1 + 2 * width));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      rows.set([3 * x, 255 - y], y * (1 + 2 * width) + 1 + 2 * x);
    }
  }
  return png({ ...SQUARE, type: 4 }, rows, packed("iCCP", profile));
}

function pictureOf(name: string): Uint8Array {
  return sources[KINDS.findIndex((kind) => kind.name === name)] ??
    new Uint8Array();
}

/** Red, green and blue in turn, and the last of them darker than it is. */
function swapped([red = 0, green = 0, blue = 0]: readonly number[]): Lab {
  return labOf([green, blue ** 1.5, red]);
}

/** Black is brown, and all inks together are a dark grey. */
function brown(inks: readonly number[]): Lab {
  const [cyan = 0, magenta = 0, yellow = 0, black = 0] = inks;
  const left = [
    (1 - cyan) * (1 - 0.7 * black),
    (1 - magenta) * (1 - 0.8 * black),
    (1 - yellow) * (1 - 0.9 * black),
  ];
  return labOf(left.map((it) => 0.15 + 0.85 * it));
}

const RGB_TABLE = { space: "RGB ", points: 9, colourOf: swapped } as const;
const INK_TABLE = { space: "CMYK", points: 5, colourOf: brown } as const;

const PROFILES: [name: string, source: Uint8Array][] = [
  ["PNG, Adobe RGB", colours(profileOf(ADOBE_RGB))],
  ["PNG, table of 8 bits", colours(tableProfileOf(RGB_TABLE, "mft1"))],
  ["PNG, table of 16 bits", colours(tableProfileOf(RGB_TABLE, "mft2"))],
  ["PNG, table between curves", colours(tableProfileOf(RGB_TABLE, "mAB "))],
  ["PNG, grey that is light itself", greys(greyProfileOf(1))],
  [
    "JPEG, grey of gamma 1.5",
    withProfile(pictureOf("JPEG, grey"), greyProfileOf(1.5)),
  ],
  ...(["mft1", "mft2", "mAB "] as const).map((type): [string, Uint8Array] => [
    `JPEG, ink by a table, ${type}`,
    withProfile(pictureOf("JPEG, CMYK"), tableProfileOf(INK_TABLE, type)),
  ]),
];

for (const [name, source] of PROFILES) {
  Deno.test(`I14 ${name}: its colours are what sharp makes of them`, async () => {
    const result = await transform(source, { format: "png" });

    ok(result.ok);
    const [theirs, ours, ignored] = await sharp([
      { input: source, calls: PIXELS },
      { input: result.picture.bytes, calls: PIXELS },
      { input: unprofiled(source), calls: PIXELS },
    ]);
    ok(theirs && ours && ignored);
    for (const channel of [0, 1, 2] as const) {
      const off = difference(theirs, ours, channel);
      ok(off < 1, `${channel}: ${off}`);
    }
    // And they are others than the same numbers without it.
    ok(difference(theirs, ignored, 0) > 5);
  });
}

/** With another name for what the profile is in, so that nobody finds it. */
function unprofiled(file: Uint8Array): Uint8Array {
  const bytes = Buffer.from(file);
  for (const name of ["iCCP", "ICC_PROFILE"]) {
    for (let at = 0; (at = bytes.indexOf(name, at)) >= 0; at++) {
      bytes.write("x", at, "latin1");
    }
  }
  return file[0] === 0x89 ? mended(bytes) : bytes;
}

const MISFITS: [name: string, source: Uint8Array][] = [
  ["grey in colours", colours(greyProfileOf(1))],
  ["ink in colours", colours(tableProfileOf(INK_TABLE, "mft2"))],
  ["colours in grey", greys(profileOf(ADOBE_RGB))],
  [
    "colours in ink",
    withProfile(pictureOf("JPEG, CMYK"), profileOf(ADOBE_RGB)),
  ],
];

for (const [name, source] of MISFITS) {
  Deno.test(`I14 a profile of ${name} is none`, async () => {
    const [made, without] = [
      await transform(source, { format: "png" }),
      await transform(unprofiled(source), { format: "png" }),
    ];

    ok(made.ok);
    deepStrictEqual(untimed(made), untimed(without));
  });
}

for (const depth of [1, 2, 4]) {
  Deno.test(`I14 PNG, grey of ${depth} bits: its pixels are what sharp reads`, async () => {
    const side = 40;
    const perRow = 1 + side * depth / 8;
    // Any bits are a picture; the first byte of a row is its filter.
    const rows = Uint8Array.from(
      { length: side * perRow },
      (_, at) => at % perRow === 0 ? 0 : at * 37 % 256,
    );
    const source = png({ width: side, height: side, depth, type: 0 }, rows);

    const result = await transform(source, {
      ...{ width: side, height: side, format: "png" },
    });

    ok(result.ok);
    const [theirs, ours] = await sharp([
      { input: source, calls: PIXELS },
      { input: result.picture.bytes, calls: PIXELS },
    ]);
    deepStrictEqual(ours, theirs);
  });
}

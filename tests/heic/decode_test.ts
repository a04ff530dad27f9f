/**
 * What is decoded, beside the picture that encoders were given.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Size } from "../../supabase/functions/image-proxy/engine/geometry.ts";
import { heicHeader } from "../../supabase/functions/image-proxy/header/heic.ts";
import { readHeader } from "../../supabase/functions/image-proxy/heic/header.ts";
import {
  box,
  fileOf,
  full,
  imir,
  irot,
  longs,
  nclx,
  shorts,
  text,
} from "../avif/boxes.ts";
import { difference, likeness } from "../engine/likeness.ts";
import {
  BRANDS,
  decoded,
  fileNamed,
  gridFile,
  gridOf,
  picture,
  SQUARE,
  still,
  streamOf,
} from "./pictures.ts";

const WHOLE: Size = { width: 64, height: 48 };
const CODED: Size = { width: 64, height: 64 };
const source = await picture();

/** A part of RGBA, from its upper left. */
function cut(
  pixels: Uint8Array,
  from: Size,
  [left, top, width, height]: readonly [number, number, number, number],
): Uint8Array {
  const part = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) {
    const at = 4 * ((top + y) * from.width + left);
    part.set(pixels.subarray(at, at + 4 * width), 4 * width * y);
  }
  return part;
}

/** The same, the other way up. */
function turned(pixels: Uint8Array): Uint8Array {
  const words = new Uint32Array(pixels.slice().buffer);
  return new Uint8Array(words.reverse().buffer);
}

function requireAlike(
  [a, b]: readonly [Uint8Array, Uint8Array],
  size: Size,
  most = 4,
): void {
  strictEqual(a.length, b.length);
  for (const channel of [0, 1, 2] as const) {
    const mean = difference(a, b, channel);
    ok(mean < most, `${channel} differs by ${mean}`);
    const alike = likeness(a, b, size, channel);
    ok(alike > 0.9, `${channel} is alike by ${alike}`);
  }
}

const KINDS: [file: string, depth: number, most: number][] = [
  ["420.heic", 8, 4],
  ["422.heic", 8, 4],
  ["444.heic", 8, 2],
  ["420_10.heic", 10, 4],
  ["444_12.heic", 12, 2],
  ["lossless.heic", 8, 1],
  ["film.heics", 8, 4],
];

for (const [name, depth, most] of KINDS) {
  Deno.test(`${name}: heicSource() makes what it was made of`, async () => {
    const file = await fileNamed(name);

    const { size, hasAlpha, pixels } = await decoded(file);

    deepStrictEqual(size, WHOLE);
    strictEqual(hasAlpha, false);
    const header = readHeader(file);
    strictEqual(typeof header === "string" ? header : header.depth, depth);
    requireAlike([pixels, source], size, most);
  });
}

Deno.test("film.heics: it has two frames, of which the first is read", async () => {
  const header = heicHeader(await fileNamed("film.heics"));

  strictEqual(typeof header === "string" ? header : header.frames, 2);
});

Deno.test("grey.heic: what has no colours is grey", async () => {
  const { pixels } = await decoded(await fileNamed("grey.heic"));

  const shades = source.map((_, at) => {
    const [red = 0, green = 0, blue = 0] = source.subarray(at & ~3);
    return Math.round(0.2126 * red + 0.7152 * green + 0.0722 * blue);
  });
  requireAlike([pixels, shades], WHOLE);
  for (let at = 0; at < pixels.length; at += 4) {
    strictEqual(pixels[at], pixels[at + 1]);
    strictEqual(pixels[at], pixels[at + 2]);
  }
});

Deno.test("grey.heic: it is grey, whatever is said of its colours", async () => {
  const { stream, hvcC } = streamOf(await fileNamed("grey.heic"));
  const file = (...colr: readonly Uint8Array[]) =>
    still(stream, SQUARE, hvcC, ...colr);

  const { pixels } = await decoded(file(nclx(1, 13, 0)));

  deepStrictEqual(pixels, (await decoded(file())).pixels);
});

Deno.test("alpha.heic: alpha is that of its own stream", async () => {
  const { hasAlpha, pixels } = await decoded(await fileNamed("alpha.heic"));

  strictEqual(hasAlpha, true);
  for (let y = 0; y < 48; y++) {
    const alpha = pixels[4 * 64 * y + 3] ?? 0;
    ok(Math.abs(alpha - 255 * (47 - y) / 47) < 4, `${alpha} in row ${y}`);
  }
});

Deno.test("alpha.heic: colours that alpha is in are taken out of it", async () => {
  const { stream, hvcC } = streamOf(await fileNamed("420.heic"));
  const alpha = streamOf(await fileNamed("grey.heic"));
  const ALPHA = full("auxC", text("urn:mpeg:hevc:2015:auxid:1\0"));
  const items = [
    { type: "hvc1", data: stream, properties: [SQUARE, hvcC] },
    {
      type: "hvc1",
      data: alpha.stream,
      properties: [SQUARE, alpha.hvcC, ALPHA],
    },
  ];
  const auxl = box("auxl", shorts(2, 1, 1));
  const file = (...more: readonly Uint8Array[]) =>
    fileOf({ items, references: [auxl, ...more], brands: BRANDS });

  const apart = await decoded(file());
  const within = await decoded(file(box("prem", shorts(1, 1, 2))));

  strictEqual(apart.hasAlpha, true);
  const expected = apart.pixels.map((value, at) => {
    const opacity = apart.pixels[at | 3] ?? 0;
    const isAlpha = at % 4 === 3;
    if (isAlpha || opacity === 0) return value;
    return Math.min(255, Math.round(value * 255 / opacity));
  });
  deepStrictEqual(within.pixels, expected);
});

Deno.test("odd.heic: what the last blocks have too much is left out", async () => {
  const { size, pixels } = await decoded(await fileNamed("odd.heic"));

  deepStrictEqual(size, { width: 63, height: 47 });
  requireAlike([pixels, cut(source, WHOLE, [0, 0, 63, 47])], size);
});

const tile = await fileNamed("420.heic");
const other = await fileNamed("turned.heic");
const one = await squareOf(tile);
const two = await squareOf(other);

/** All that there is of a stream, and not what is shown of it. */
async function squareOf(file: Uint8Array): Promise<Uint8Array> {
  const { stream, hvcC } = streamOf(file);
  return (await decoded(still(stream, SQUARE, hvcC))).pixels;
}

Deno.test("turned.heic: it is the picture, the other way up", () => {
  requireAlike([cut(two, CODED, [0, 0, 64, 48]), turned(source)], WHOLE);
});

Deno.test("a grid has its tiles where they belong", async () => {
  const tiles = [tile, other, tile, other, tile, tile];

  const grid = { width: 180, height: 120, columns: 3, rows: 2, tiles };
  const { size, pixels } = await decoded(gridFile(grid));

  deepStrictEqual(size, { width: 180, height: 120 });
  const parts = [one, two, one, two, one, one];
  for (const [i, part] of parts.entries()) {
    const [left, top] = [64 * (i % 3), 64 * Math.floor(i / 3)];
    const area = [Math.min(64, 180 - left), Math.min(64, 120 - top)] as const;
    deepStrictEqual(
      cut(pixels, size, [left, top, ...area]),
      cut(part, CODED, [0, 0, ...area]),
    );
  }
});

Deno.test("alpha may be one stream, and its colours a grid", async () => {
  const grid = { width: 64, height: 64, columns: 1, rows: 1, tiles: [tile] };
  const { items, references } = gridOf(grid);
  const { stream, hvcC } = streamOf(await fileNamed("grey.heic"));
  const aux = full(
    "auxC",
    text("urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"),
  );
  const alpha = {
    type: "hvc1",
    data: stream,
    properties: [SQUARE, hvcC, aux],
  };
  const file = fileOf({
    items: [...items, alpha],
    references: [...references, box("auxl", shorts(3, 1, 1))],
    brands: BRANDS,
  });

  const { hasAlpha, pixels } = await decoded(file);

  strictEqual(hasAlpha, true);
  const grey = await squareOf(await fileNamed("grey.heic"));
  ok(
    pixels.every((value, at) =>
      value === (at % 4 === 3 ? grey[at - 1] : one[at])
    ),
  );
});

/** Width, height, and how far the middle is from the picture's. */
function clap(...numbers: readonly number[]): Uint8Array {
  return box("clap", longs(...numbers.flatMap((it) => [it, 2])));
}

Deno.test("clap: a part is cut out", async () => {
  const { stream, hvcC } = streamOf(tile);
  // In halves: 32 × 20, 10 right of the middle and 4 above it.
  const file = still(stream, SQUARE, hvcC, clap(64, 40, 20, -8));

  const { size, pixels } = await decoded(file);

  deepStrictEqual(size, { width: 32, height: 20 });
  deepStrictEqual(pixels, cut(one, CODED, [26, 18, 32, 20]));
  const header = heicHeader(file);
  deepStrictEqual(typeof header === "string" ? header : header.size, size);
});

Deno.test("clap: alpha is cut as its colours are, or not at all", async () => {
  const { stream, hvcC } = streamOf(tile);
  const ALPHA = full("auxC", text("urn:mpeg:hevc:2015:auxid:1\0"));
  const part = clap(64, 40, 20, -8);
  const file = (...own: readonly Uint8Array[]) =>
    fileOf({
      items: [
        { type: "hvc1", data: stream, properties: [SQUARE, hvcC, part] },
        {
          type: "hvc1",
          data: stream,
          properties: [SQUARE, hvcC, ALPHA, ...own],
        },
      ],
      references: [box("auxl", shorts(2, 1, 1))],
      brands: BRANDS,
    });

  const { size } = await decoded(file(part));

  deepStrictEqual(size, { width: 32, height: 20 });
  deepStrictEqual((await decoded(file())).size, size);
  strictEqual(
    readHeader(file(clap(64, 40, 0, 0))),
    "unsupported: Its alpha is cut otherwise than its colours",
  );
});

const TURNS: [why: string, boxes: Uint8Array[], orientation: number][] = [
  ["nothing", [], 1],
  ["a quarter to the left", [irot(1)], 8],
  ["a quarter to the right", [irot(3)], 6],
  ["upside down", [irot(2)], 3],
  ["mirrored", [imir(1)], 2],
  ["a quarter to the right, then mirrored", [irot(3), imir(1)], 5],
];

for (const [why, boxes, orientation] of TURNS) {
  Deno.test(`I14 HEIC: irot and imir, ${why}, are ${orientation}`, async () => {
    const { stream, hvcC } = streamOf(tile);
    const file = still(stream, SQUARE, hvcC, ...boxes);

    const made = await decoded(file);

    strictEqual(made.orientation, orientation);
    deepStrictEqual(made.pixels, one);
  });
}

Deno.test("I14 HEIC: an ICC profile is handed on, numbers become one", async () => {
  const { stream, hvcC } = streamOf(tile);
  const profile = Uint8Array.from({ length: 200 }, (_, i) => i);
  const own = box("colr", text("prof"), profile);
  const file = (...colr: readonly Uint8Array[]) =>
    still(stream, SQUARE, hvcC, ...colr);

  const { profile: found } = await decoded(file(own));
  deepStrictEqual(Uint8Array.from(found ?? []), profile);
  strictEqual((await decoded(file(nclx(1, 13, 6)))).profile, undefined);
  ok((await decoded(file(nclx(12, 13, 6)))).profile);
});

Deno.test("pictures that are decoded at once do not meet", async () => {
  const [first, second] = await Promise.all([decoded(tile), decoded(other)]);

  deepStrictEqual(first.pixels, cut(one, CODED, [0, 0, 64, 48]));
  deepStrictEqual(second.pixels, cut(two, CODED, [0, 0, 64, 48]));
});

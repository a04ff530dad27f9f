/**
 * Files that are made to harm, and files that are broken at random.
 *
 *     deno test -A tests/heic/hostile_test.ts -- --rounds 100000
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { heicHeader } from "../../supabase/functions/image-proxy/header/heic.ts";
import { readHeader } from "../../supabase/functions/image-proxy/heic/header.ts";
import { MiB } from "../../supabase/functions/_shared/units.ts";
import { box, fileOf, full, ispe, shorts } from "../avif/boxes.ts";
import { mutated } from "../engine/fuzz.ts";
import { dice } from "../index/random.ts";
import { hvcC, PPS, spsOf, unit } from "./parameters.ts";
import {
  BRANDS,
  decoded,
  fileNamed,
  gridFile,
  gridOf,
  SQUARE,
  still,
  streamOf,
  wholeOf,
} from "./pictures.ts";

const NAMES: readonly string[] = [
  ...["420.heic", "422.heic", "444.heic", "420_10.heic", "444_12.heic"],
  ...["lossless.heic", "grey.heic", "alpha.heic", "odd.heic", "film.heics"],
];
const files = await Promise.all(NAMES.map(fileNamed));

const good = await fileNamed("420.heic");
const { stream, hvcC: config } = streamOf(good);
const before = await decoded(good);

async function endOf(file: Uint8Array): Promise<string> {
  const whole = await wholeOf(file);
  return typeof whole === "string" ? whole : "picture";
}

const grid = {
  width: 128,
  height: 128,
  columns: 2,
  rows: 2,
  tiles: [good, good, good, good],
};

/** A grid of so many. */
function tiles(columns: number, rows: number): Uint8Array {
  const all = Array.from({ length: columns * rows }, () => good);
  const size = { width: 64 * columns, height: 64 * rows };
  return gridFile({ ...size, columns, rows, tiles: all });
}

/** A grid whose reference is another. */
function gridWith(...to: readonly number[]): Uint8Array {
  const { items } = gridOf(grid);
  const references = [box("dimg", shorts(1, to.length, ...to))];
  return fileOf({ items, references, brands: BRANDS });
}

/** A box in a box, in a box, and so on. */
function nested(type: string, depth: number): Uint8Array {
  let whole = new Uint8Array();
  for (let i = 0; i < depth; i++) whole = Uint8Array.from(box(type, whole));
  return whole;
}

/** A file whose parameter sets say that, around the stream of another. */
function saying(
  said: Parameters<typeof spsOf>[0],
  bytes: Uint8Array = stream,
): Uint8Array {
  const { width, height } = said;
  return still(bytes, ispe(width, height), hvcC(spsOf(said), PPS));
}

const P_SLICE = unit(0x02, 0x01, 0x80, 0, 0, 0);
const SECOND = unit(stream.subarray(4));

const LIES: [why: string, file: Uint8Array, end: RegExp][] = [
  ["no stream", still(Buffer.alloc(0), SQUARE, config), /corrupt/],
  ["a stream of zeros", still(Buffer.alloc(99), SQUARE, config), /corrupt/],
  ["no size", still(stream, config), /corrupt/],
  ["no hvcC", still(stream, SQUARE), /corrupt/],
  ["an empty hvcC", still(stream, SQUARE, hvcC()), /corrupt/],
  [
    "no PPS",
    still(stream, SQUARE, hvcC(spsOf({ width: 64, height: 64 }))),
    /corrupt/,
  ],
  [
    "two SPS",
    still(
      stream,
      SQUARE,
      hvcC(
        spsOf({ width: 64, height: 64 }),
        spsOf({ width: 8, height: 8 }),
        PPS,
      ),
    ),
    /unsupported/,
  ],
  [
    "a picture of 65,535 × 65,535",
    still(stream, ispe(65_535, 65_535), config),
    /corrupt/,
  ],
  ["one pixel of 64 × 64", still(stream, ispe(1, 1), config), /corrupt/],
  ["no pixels", still(stream, ispe(0, 0), config), /corrupt/],
  [
    "a picture that refers to another",
    still(P_SLICE, SQUARE, config),
    /unsupported/,
  ],
  [
    "two pictures in a stream",
    still(Buffer.concat([stream, SECOND]), SQUARE, config),
    /corrupt/,
  ],
  [
    "luma of other depth than chroma",
    saying({ width: 64, height: 64, depths: [0, 2] }),
    /unsupported/,
  ],
  ["9 bits", saying({ width: 64, height: 64, depths: [1, 1] }), /unsupported/],
  ["16 bits", saying({ width: 64, height: 64, depths: [8, 8] }), /unsupported/],
  [
    "chroma of a kind that is none",
    saying({ width: 64, height: 64, chroma: 4 }),
    /corrupt/,
  ],
  [
    "parameters that the stream is not by",
    saying({ width: 64, height: 64 }),
    /corrupt|picture/,
  ],
  ["a grid of two tiles that are none", gridWith(2, 3), /corrupt/],
  ["a grid of 1,056 tiles", tiles(33, 32), /unsupported/],
  ["a grid of itself", gridWith(1, 1, 1, 1), /unsupported/],
  [
    "a grid of tiles that are not there",
    gridWith(7, 8, 9, 99),
    /unsupported|corrupt/,
  ],
  [
    "a grid larger than its tiles",
    gridFile({ ...grid, width: 129 }),
    /corrupt/,
  ],
  [
    "a grid smaller than its tiles",
    gridFile({ ...grid, width: 64 }),
    /corrupt/,
  ],
  [
    "alpha of itself",
    fileOf({
      items: [{
        type: "hvc1",
        data: stream,
        properties: [
          SQUARE,
          config,
          full("auxC", Buffer.from("urn:mpeg:hevc:2015:auxid:1\0")),
        ],
      }],
      references: [box("auxl", shorts(1, 1, 1))],
      brands: BRANDS,
    }),
    /picture/,
  ],
  [
    "AV1 in it",
    fileOf({
      items: [{ type: "av01", data: stream, properties: [SQUARE, config] }],
      brands: BRANDS,
    }),
    /unsupported/,
  ],
];

for (const [why, file, end] of LIES) {
  Deno.test(`I10 HEIC: ${why}: ends in ${end.source}`, async () => {
    match(await endOf(file), end);
    deepStrictEqual(await decoded(good), before);
  });
}

const HUGE: [width: number, height: number, end: RegExp][] = [
  [65_528, 65_528, /memory/],
  [4_096, 4_096, /memory/],
  [3_200, 3_200, /corrupt/],
];

for (const [width, height, end] of HUGE) {
  Deno.test(`I7 HEIC: ${width} × ${height} in 100 bytes end in ${end.source}`, async () => {
    const rss = Deno.memoryUsage().rss;
    const file = saying(
      { width, height },
      unit(0x26, 0x01, Buffer.alloc(60, 0xaf)),
    );

    const header = heicHeader(file);

    deepStrictEqual(typeof header === "string" ? header : header.size, {
      width,
      height,
    });
    match(await endOf(file), end);
    ok(Deno.memoryUsage().rss - rss < 96 * MiB);
  });
}

Deno.test("I7 HEIC: a grid of 64k × 64k is refused by its header", () => {
  const file = gridFile({ ...grid, width: 65_535, height: 65_535 });

  strictEqual(readHeader(file), "corrupt");
});

Deno.test("I10 HEIC: 5,000 boxes in boxes", async () => {
  const boxes = nested("free", 5_000);
  const ftyp = good.subarray(0, 28);
  const file = Buffer.concat([ftyp, boxes, good.subarray(28)]);
  const within = Buffer.concat([ftyp, full("meta", nested("iprp", 5_000))]);

  // Places are counted from the beginning, and so are other bytes now.
  match(await endOf(file), /corrupt|truncated/);
  match(await endOf(within), /corrupt/);
});

Deno.test("I10 HEIC: a part that is shown is inside of the picture", () => {
  const words = (...numbers: readonly number[]) => {
    const bytes = Buffer.alloc(4 * numbers.length);
    numbers.forEach((it, i) => bytes.writeInt32BE(it, 4 * i));
    return box("clap", bytes);
  };
  const file = (clap: Uint8Array) => still(stream, SQUARE, config, clap);
  const WITHIN = "unsupported: It is cut within a pixel";

  strictEqual(
    typeof readHeader(file(words(64, 1, 64, 1, 0, 1, 0, 1))),
    "object",
  );
  for (
    const [end, ...numbers] of [
      ["corrupt", 66, 1, 64, 1, 0, 1, 0, 1],
      ["corrupt", 32, 1, 32, 1, 17, 1, 0, 1],
      ["corrupt", 32, 1, 32, 1, 0, 1, -17, 1],
      ["corrupt", -32, 1, 32, 1, 0, 1, 0, 1],
      [WITHIN, 31, 1, 32, 1, 0, 1, 0, 1],
      [WITHIN, 32, 0, 32, 0, 0, 0, 0, 0],
    ] as const
  ) {
    strictEqual(readHeader(file(words(...numbers))), end);
  }
});

for (const [at, name] of NAMES.entries()) {
  Deno.test(`I10 HEIC, ${name}, cut anywhere, is refused`, async () => {
    const file = files[at] ?? new Uint8Array();
    // Behind the last stream is what is not looked at.
    const end = name === "film.heics" ? 3_000 : file.length;
    for (let length = 0; length < end; length += 1 + (length >> 5)) {
      match(await endOf(file.subarray(0, length)), /truncated|corrupt|unknown/);
    }
  });
}

/** `--rounds 100000`, of each. */
const flag = Deno.args.indexOf("--rounds");
const ROUNDS = flag < 0 ? 2_000 : Number(Deno.args[flag + 1]);

Deno.test("I10 HEIC: what is broken at random harms nothing that follows", async () => {
  const { below } = dice(20_261_123);
  const ends = new Map<string, number>();
  const all = [...files, gridFile(grid)];

  for (let round = 0; round < ROUNDS; round++) {
    const end = await endOf(mutated(all[round % all.length] ?? good, below));
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }

  deepStrictEqual(await decoded(good), before);
  const known =
    /^(picture|corrupt|truncated|unsupported: .+|unknown|memory|cost)$/;
  for (const end of ends.keys()) match(end, known);
  ok((ends.get("picture") ?? 0) > ROUNDS / 40, JSON.stringify([...ends]));
  ok((ends.get("corrupt") ?? 0) > ROUNDS / 5, JSON.stringify([...ends]));
});

Deno.test("I10 HEIC: a stream that is broken at random harms no other", async () => {
  const { below } = dice(7);
  const ends = new Map<string, number>();
  const streams = NAMES.filter((it) => it !== "film.heics").map((_, at) =>
    streamOf(files[at] ?? good)
  );

  for (let round = 0; round < ROUNDS; round++) {
    const { stream: whole, hvcC } = streams[round % streams.length] ??
      streamOf(good);
    const broken = whole.slice();
    const changes = 1 + below(4);
    for (let i = 0; i < changes; i++) {
      const at = 4 + below(broken.length - 4);
      broken[at] = (broken[at] ?? 0) ^ 1 << below(8);
    }
    // Parameter sets that are broken, too, say something else of it.
    const sets = hvcC.slice();
    if (below(4) === 0) {
      const at = 32 + below(sets.length - 32);
      sets[at] = (sets[at] ?? 0) ^ 1 << below(8);
    }
    const end = await endOf(still(broken, SQUARE, sets));
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }

  deepStrictEqual(await decoded(good), before);
  for (const end of ends.keys()) match(end, /picture|corrupt|unsupported|cost/);
  ok((ends.get("picture") ?? 0) > ROUNDS / 200, JSON.stringify([...ends]));
  ok((ends.get("corrupt") ?? 0) > ROUNDS / 5, JSON.stringify([...ends]));
});

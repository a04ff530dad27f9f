/**
 * Files that are made to harm, and files that are broken at random.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  decode,
  type Decoded,
  type DecodeFailure,
} from "../../supabase/functions/image-proxy/avif/decoder.ts";
import { readHeader } from "../../supabase/functions/image-proxy/avif/header.ts";
import { mutated } from "../engine/fuzz.ts";
import { dice } from "../index/random.ts";
import {
  box,
  fileOf,
  full,
  irot,
  ispe,
  longs,
  shorts,
  still,
  streamOf,
} from "./boxes.ts";
import { KINDS, makeAvifs } from "./pictures.ts";

const MiB = 2 ** 20;

const files = await makeAvifs();

function fileNamed(name: string): Uint8Array {
  const file = files[KINDS.findIndex((kind) => kind.name === name)];
  if (file === undefined) throw new Error(name);
  return file;
}

const good = fileNamed("4:4:4, of 128 × 96");
const { stream, av1C } = streamOf(good);
const SIZE = ispe(128, 96);
const GRID = { type: "grid", properties: [ispe(256, 192)] };
const TILE = { type: "av01", data: stream, properties: [SIZE, av1C] };

const before = await decode(good);

function endOf(result: Decoded | DecodeFailure): string {
  return typeof result === "string" ? result : "picture";
}

/** An OBU of that type, with a size. */
function obu(type: number, payload: Uint8Array): Uint8Array {
  const size = [payload.length & 0x7f | 0x80, payload.length >> 7];
  return Buffer.concat([Uint8Array.of(type << 3 | 2, ...size), payload]);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

/** The frame of a stream, and the sequence header before it. */
function partsOf(of: Uint8Array): { head: Uint8Array; frame: Uint8Array } {
  let head = new Uint8Array();
  let at = 0;
  while ((of[at] ?? 0) >> 3 !== 6) {
    const end = at + 2 + (of[at + 1] ?? 0);
    ok((of[at + 1] ?? 0) < 0x80);
    if ((of[at] ?? 0) >> 3 === 1) head = of.slice(at, end);
    at = end;
  }
  return { head, frame: of.subarray(at) };
}

function frameOf(): Uint8Array {
  return partsOf(stream).frame;
}

function grid(words: readonly number[], count: number): Uint8Array {
  const data = joined(Uint8Array.of(...words), shorts(256, 192));
  const tiles = Array.from({ length: count }, () => TILE);
  const to = tiles.map((_, i) => i + 2);
  const references = [box("dimg", shorts(1, count, ...to))];
  return fileOf({ items: [{ ...GRID, data }, ...tiles], references });
}

function free(): Uint8Array {
  return box("free");
}

/** A box in a box, in a box, and so on. */
function nested(type: string, depth: number): Uint8Array {
  let whole = new Uint8Array();
  for (let i = 0; i < depth; i++) whole = Uint8Array.from(box(type, whole));
  return whole;
}

const pixels = (width: number, height: number) =>
  still(stream, ispe(width, height), av1C);

const LIES: [why: string, file: Uint8Array, ends: RegExp][] = [
  [
    "65,535 × 65,535 in no stream",
    still(Buffer.alloc(0), ispe(65_535, 65_535), av1C),
    /corrupt/,
  ],
  [
    "65,535 × 65,535 of a stream of 128 × 96",
    pixels(65_535, 65_535),
    /corrupt/,
  ],
  ["2^32 - 1 in each direction", pixels(2 ** 32 - 1, 2 ** 32 - 1), /corrupt/],
  ["one pixel of a stream of 128 × 96", pixels(1, 1), /corrupt/],
  ["no pixels", pixels(0, 0), /corrupt/],
  ["no size", still(stream, av1C), /corrupt/],
  ["no av1C", still(stream, SIZE), /corrupt/],
  ["no stream", still(Buffer.alloc(0), SIZE, av1C), /corrupt/],
  ["a stream of zeros", still(Buffer.alloc(99), SIZE, av1C), /corrupt/],
  [
    "a stream of no frame",
    still(stream.subarray(0, stream.length - frameOf().length), SIZE, av1C),
    /corrupt/,
  ],
  [
    "a stream of 2 frames",
    still(joined(stream, frameOf()), SIZE, av1C),
    /picture/,
  ],
  [
    "a stream of 100 frames",
    still(joined(stream, ...Array.from({ length: 99 }, frameOf)), SIZE, av1C),
    /unsupported/,
  ],
  [
    "a stream of 5,000 paddings",
    still(
      joined(
        ...Array.from({ length: 5000 }, () => obu(15, Buffer.alloc(9))),
        stream,
      ),
      SIZE,
      av1C,
    ),
    /corrupt/,
  ],
  [
    "a list of tiles",
    still(joined(obu(8, Buffer.alloc(9)), stream), SIZE, av1C),
    /unsupported/,
  ],
  [
    "a part that is cut out",
    still(stream, SIZE, av1C, box("clap", Buffer.alloc(32))),
    /unsupported/,
  ],
  [
    "20 quarter turns",
    still(stream, SIZE, av1C, ...Array.from({ length: 20 }, () => irot(1))),
    /picture/,
  ],
  [
    "100 properties",
    still(stream, SIZE, av1C, ...Array.from({ length: 98 }, () => irot(1))),
    /unsupported/,
  ],
  [
    "5,000 boxes side by side",
    still(stream, SIZE, av1C, joined(...Array.from({ length: 5000 }, free))),
    /unsupported/,
  ],
  [
    "5,000 boxes in one another",
    joined(good.subarray(0, 32), nested("meta", 5000)),
    /corrupt|truncated/,
  ],
  [
    "5,000 boxes in one another, as properties",
    still(stream, SIZE, av1C, nested("ipco", 5000)),
    /picture/,
  ],
  ["a grid of 256 × 256 tiles", grid([0, 0, 255, 255], 4), /corrupt/],
  ["a grid of more tiles than are there", grid([0, 0, 3, 1], 4), /corrupt/],
  ["a grid of a version there is not", grid([0, 0, 1, 1], 4), /picture/],
  ["a grid of 100 tiles", grid([0, 0, 9, 9], 100), /unsupported/],
  [
    "a grid of itself",
    fileOf({
      items: [{
        ...GRID,
        data: joined(Uint8Array.of(0, 0, 0, 0), shorts(256, 192)),
      }],
      references: [box("dimg", shorts(1, 1, 1))],
    }),
    /unsupported/,
  ],
  [
    "an item that is not there",
    fileOf({ items: [TILE], primary: 9 }),
    /unsupported|corrupt/,
  ],
  ["no items", fileOf({ items: [] }), /unsupported|corrupt/],
  [
    "a box that ends before it begins",
    joined(good.subarray(0, 32), longs(4), Buffer.from("meta")),
    /corrupt|truncated/,
  ],
  [
    "a box of 2^63 bytes",
    joined(
      good.subarray(0, 32),
      longs(1),
      Buffer.from("meta"),
      longs(0x7fffffff, 0),
    ),
    /corrupt|truncated/,
  ],
  [
    "a track of no samples",
    fileOf({
      brands: ["avis"],
      isBare: true,
      items: [],
      more: () => [
        box(
          "moov",
          box(
            "trak",
            box("mdia", box("minf", box("stbl", full("stsd", longs(0))))),
          ),
        ),
      ],
    }),
    /unsupported|corrupt/,
  ],
  ["a GIF", Buffer.from("GIF89a, and so on, and so on"), /unknown/],
  ["nothing", Buffer.alloc(0), /unknown/],
];

for (const [why, file, ends] of LIES) {
  Deno.test(`I10 AVIF: ${why} is no surprise`, async () => {
    const rss = Deno.memoryUsage().rss;
    const at = performance.now();

    const result = endOf(await decode(file));

    ok(ends.test(result), result);
    ok(Deno.memoryUsage().rss - rss < 20 * MiB);
    ok(performance.now() - at < 500);
    strictEqual(endOf(await decode(good)), "picture");
  });
}

Deno.test("I7 AVIF: a stream has one size, whichever is looked at", () => {
  const { head, frame } = partsOf(stream);
  const other = partsOf(streamOf(fileNamed("4:4:4")).stream).head;
  const file = (...obus: readonly Uint8Array[]) =>
    still(joined(...obus), SIZE, av1C);

  strictEqual(typeof readHeader(file(head, head, frame)), "object");
  strictEqual(readHeader(file(head, other, frame)), "corrupt");
  strictEqual(readHeader(file(other, head, frame)), "corrupt");
  strictEqual(readHeader(file(head, frame, other)), "corrupt");
});

/** A sequence header of that size: AV1 §5.5.1, reduced, of profile 0. */
function sequenceHeader(width: number, height: number): Uint8Array {
  const bits = [
    ...["000", "1", "1", "00000", "1111", "1111"],
    ...[width, height].map((it) => (it - 1).toString(2).padStart(16, "0")),
    ...["000", "000", "0", "0", "0", "1", "00", "0", "0", "1000000"],
  ].join("");
  const bytes = bits.match(/.{8}/g) ?? [];
  return obu(1, Uint8Array.from(bytes, (it) => parseInt(it, 2)));
}

const HUGE: [width: number, height: number, end: string][] = [
  [65_535, 65_535, "pixels"],
  [65_536, 763, "pixels"],
  [7_000, 7_000, "memory"],
  [1_600, 1_600, "memory"],
  [128, 96, "corrupt"],
];

for (const [width, height, end] of HUGE) {
  Deno.test(`I7 AVIF: ${width} × ${height} in 100 bytes end in ${end}`, async () => {
    const rss = Deno.memoryUsage().rss;
    const nothing = obu(6, Buffer.alloc(60));
    const lie = joined(sequenceHeader(width, height), nothing);
    const file = still(lie, ispe(width, height), av1C);

    const header = readHeader(file);

    deepStrictEqual(typeof header === "string" ? header : header.size, {
      width,
      height,
    });
    strictEqual(endOf(await decode(file)), end);
    ok(Deno.memoryUsage().rss - rss < 20 * MiB);
  });
}

Deno.test("I7 AVIF: what is too large is refused by its header", async () => {
  // The stream's own header says so, as it would if it were true.
  const large = fileNamed("4:4:4");

  strictEqual(await decode(large, { pixels: 1 }), "pixels");
  strictEqual(await decode(large, { cost: 1 }), "cost");
  strictEqual(
    typeof readHeader(large.subarray(0, 600), large.length),
    "object",
  );
});

for (const [at, { name }] of KINDS.entries()) {
  Deno.test(`I10 AVIF, ${name}, cut anywhere, is refused`, async () => {
    const file = files[at] ?? new Uint8Array();
    for (let part = 0; part < 24; part++) {
      const cut = file.subarray(0, Math.floor(file.length * part / 24));
      ok(/truncated|corrupt|unknown/.test(endOf(await decode(cut))));
    }
  });
}

Deno.test("I10 AVIF: no mutation traps the next call, or takes long", async () => {
  const { below } = dice(20_261_122);
  const small = files.filter((_, at) => (KINDS[at]?.size.width ?? 0) <= 128);
  const ends = new Map<string, number>();
  let slowestMs = 0;

  for (let round = 0; round < 4_000; round++) {
    const file = small[round % small.length] ?? good;
    const at = performance.now();
    const end = endOf(await decode(mutated(file, below)));
    slowestMs = Math.max(slowestMs, performance.now() - at);
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }

  deepStrictEqual(await decode(good), before);
  ok(slowestMs < 2_000, `${slowestMs}`);
  // Some are as good as before, and some are not: of both there are many.
  ok((ends.get("picture") ?? 0) > 100, JSON.stringify([...ends]));
  ok((ends.get("corrupt") ?? 0) > 1_000, JSON.stringify([...ends]));
});

Deno.test("I10 AVIF: a stream that is broken is refused by the decoder", async () => {
  const { below } = dice(7);
  let count = 0;

  for (let round = 0; round < 1_000; round++) {
    const broken = stream.slice();
    // Behind the sequence header, which boxes are compared with.
    const changes = 1 + below(4);
    for (let i = 0; i < changes; i++) {
      const at = 14 + below(broken.length - 14);
      broken[at] = (broken[at] ?? 0) ^ 1 << below(8);
    }
    const file = still(broken, SIZE, av1C);
    if (typeof readHeader(file) !== "string") count++;
    ok(/corrupt|picture/.test(endOf(await decode(file))));
  }

  deepStrictEqual(await decode(good), before);
  ok(count > 800, `${count}`);
});

/**
 * Fax of group 4, as sharp writes it by libtiff, and of what nobody writes.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Failed } from "../../supabase/functions/image-proxy/engine/failure.ts";
import { firstDirectory } from "../../supabase/functions/image-proxy/tiff/directory.ts";
import { unpackFax } from "../../supabase/functions/image-proxy/tiff/fax.ts";
import { tiffHeader } from "../../supabase/functions/image-proxy/tiff/header.ts";
import { sharp } from "../engine/oracle.ts";
import { dice } from "../index/random.ts";
import { fieldsOf, tiffOf } from "./builder.ts";

/** 0 and 1, a byte each. */
type Rows = readonly Uint8Array[];

const FAX = [["toColourspace", "b-w"], ["tiff", {
  ...{ compression: "ccittfax4", bitdepth: 1 },
}]] as const;

/** Runs of any length, and here and there what is above. */
function chance(width: number, height: number): Rows {
  const { below } = dice(width);
  const lengths = [() => below(4), () => below(70), () => below(width)];
  const rows: Uint8Array[] = [];
  for (let y = 0; y < height; y++) {
    const row = new Uint8Array(width);
    for (let [x, colour] = [0, below(2)]; x < width; colour = 1 - colour) {
      const length = 1 + (lengths[below(5)]?.() ?? below(9));
      const above = below(3) === 0 ? rows.at(-1)?.slice(x, x + length) : [];
      row.fill(colour, x, x + length);
      row.set(above ?? [], x);
      x += length;
    }
    rows.push(row);
  }
  return rows;
}

/** A run of each length, of either colour, a row each: none is as above. */
function everyRun(most: number): Rows {
  return Array.from({ length: 2 * most }, (_, i) => {
    const row = new Uint8Array(most + 9).fill(i % 2);
    row.fill(1 - i % 2, 0, i >> 1);
    return row;
  });
}

/** Strips of a file, and rows of each but the last. */
async function faxed(
  rows: Rows,
): Promise<[strips: Uint8Array[], rows: number]> {
  const [width, height] = [rows[0]?.length ?? 0, rows.length];
  const input = new Uint8Array(
    rows.flatMap((it) => [...it].map((i) => 255 * i)),
  );
  const raw = { width, height, channels: 1 as const };
  const [file = new Uint8Array()] = await sharp([{ input, raw, calls: FAX }]);
  const directory = firstDirectory(file);
  // Of fax, and black is 0.
  deepStrictEqual([259, 262].map((it) => directory.number(it)), [4, 1]);
  const lengths = directory.numbers(279);
  const strips = directory.numbers(273).map((at, i) =>
    file.subarray(at, at + (lengths[i] ?? 0))
  );
  return [strips, directory.number(278, height)];
}

/** Eight in a byte, the first one highest. */
function inBytes(row: Uint8Array): number[] {
  return Array.from({ length: Math.ceil(row.length / 8) }, (_, i) => {
    const eight = row.subarray(8 * i, 8 * i + 8);
    return eight.reduce((byte, bit, at) => byte | bit << 7 - at, 0);
  });
}

async function requireSame(rows: Rows): Promise<void> {
  const width = rows[0]?.length ?? 0;
  const [strips, most] = await faxed(rows);

  const made = strips.flatMap((strip, i) => {
    const height = Math.min(most, rows.length - i * most);
    const to = new Uint8Array(Math.ceil(width / 8) * height);
    strictEqual(unpackFax(strip, to, width), to.length);
    return [...to];
  });

  deepStrictEqual(made, rows.flatMap(inBytes));
}

for (const width of [1, 7, 8, 9, 31, 64, 65, 333, 1_728, 2_561, 5_300]) {
  Deno.test(`I14 fax, ${width} wide, is what libtiff was given`, async () => {
    await requireSame(chance(width, 60));
  });
}

Deno.test("I14 fax: a run of each length, in either colour", async () => {
  await requireSame(everyRun(2_700));
});

const [WIDTH, HEIGHT] = [100, 40];
const [[strip = new Uint8Array()]] = await faxed(chance(WIDTH, HEIGHT));

/** How many bytes of rows there are, or why none. */
function fateOf(packed: Uint8Array, width = WIDTH): number | string {
  try {
    return unpackFax(packed, new Uint8Array(13 * HEIGHT), width);
  } catch (error) {
    if (error instanceof Failed) return error.failure;
    throw error;
  }
}

Deno.test("I10 fax that is cut anywhere has the rows before that", () => {
  let before = 0;
  for (let length = 0; length < strip.length; length++) {
    const rows = fateOf(strip.subarray(0, length));
    // A code may look as if it went on with zeros.
    if (typeof rows === "string") continue;
    ok(rows % 13 === 0 && rows <= 13 * HEIGHT, `${rows}`);
    ok(rows >= before - 13, `${rows} after ${before}`);
    before = rows;
  }
});

function bits(text: string): Uint8Array {
  const eights = text.replaceAll(" ", "").match(/.{1,8}/g) ?? [];
  return Uint8Array.from(eights, (it) => parseInt(it.padEnd(8, "0"), 2));
}

/** By T.6: horizontal is 001, white of 0 pixels 00110101, black 0000110111. */
const NOTHING = "001 00110101 0000110111";

const BROKEN: [why: string, packed: Uint8Array, fate: number | string][] = [
  ["the end at once", bits("000000000001 000000000001"), 0],
  ["an extension", bits("0000001111"), "corrupt"],
  ["a code that is none", bits("001 0000000000000000"), "corrupt"],
  ["a change before the first pixel", bits("0000010"), "corrupt"],
  ["a change behind the last", bits("0000011"), "corrupt"],
  ["a run that is too long", bits("001 11011 0111 0000110111"), "corrupt"],
  ["runs of nothing for ever", bits(NOTHING.repeat(999)), "corrupt"],
  ["nothing", new Uint8Array(), 0],
];

for (const [why, packed, fate] of BROKEN) {
  Deno.test(`I10 fax of ${why} ends`, () => {
    strictEqual(fateOf(packed, why.startsWith("a run") ? 64 : WIDTH), fate);
  });
}

Deno.test("I10 fax that is broken anywhere is rows, or corrupt", () => {
  const { below } = dice(11);
  for (let round = 0; round < 3_000; round++) {
    const broken = strip.slice();
    for (let i = 0; i <= below(3); i++) {
      broken[below(broken.length)] = below(256);
    }
    const fate = fateOf(broken);
    ok(typeof fate === "number" || fate === "corrupt", `${fate}`);
  }
});

Deno.test("I7 fax of 50 million rows is too much before it is begun", () => {
  const fields = fieldsOf({
    ...{ width: 1, height: 50_000_000, bits: [1], photometric: 0 },
    more: [[259, 3, [4]]],
  });

  const header = tiffHeader(tiffOf({ fields, blocks: [new Uint8Array(9)] }));

  ok(typeof header === "object");
  ok((header.decodeNs ?? 0) > 10e9, `${header.decodeNs}`);
});

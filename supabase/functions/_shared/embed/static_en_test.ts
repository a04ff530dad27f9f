import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { createHash } from "node:crypto";
import { staticEn, unpack } from "./static_en.ts";
import { tableOf } from "./static_en/table.ts";
import { STATIC_EN } from "./static_en_table.ts";

const { signal } = new AbortController();

async function vectorsOf(...texts: string[]): Promise<Float32Array[]> {
  const { vectors } = await staticEn()
    .embed(texts, { purpose: "passage", signal });
  return [...vectors];
}

async function likeness(one: string, other: string): Promise<number> {
  const [a = [], b = []] = await vectorsOf(one, other);
  return Array.from(a).reduce((sum, it, at) => sum + it * (b[at] ?? NaN), 0);
}

Deno.test("STATIC_EN is the table whose digest is beside it, of 5 MB at most", () => {
  const bytes = unpack(STATIC_EN);

  const hash = createHash("sha256").update(bytes);
  strictEqual(hash.digest("hex"), STATIC_EN.sha256);
  strictEqual(bytes.length, STATIC_EN.bytes);
  ok(bytes.length <= 5e6);
});

Deno.test("STATIC_EN takes 2.5 MB of a deploy at most, base64 set aside", () => {
  ok(STATIC_EN.brotli.length * 3 / 4 <= 2.5e6);
});

Deno.test("STATIC_EN has each of its words once", () => {
  const { ranks, rows } = tableOf(unpack(STATIC_EN), STATIC_EN.words);

  strictEqual(ranks.size, STATIC_EN.words);
  strictEqual(rows.length, STATIC_EN.words * 50);
  strictEqual(ranks.get("the"), 0);
});

const ALIKE: [one: string, other: string, stranger: string][] = [
  ["doctor", "physician", "carpet"],
  ["refund the money", "reimburse the payment", "prune the roses"],
  ["a broken automobile", "the damaged car", "the damaged reputation"],
  ["the dog's bowl", "two dogs", "two bowlers"],
  ["Málaga", "malaga", "helsinki"],
  ["e4107", "E4107", "E5218"],
  ["Klarvik", "Klarvick", "Ortovane"],
];

for (const [one, other, stranger] of ALIKE) {
  Deno.test(`"${one}" is more like "${other}" than "${stranger}"`, async () => {
    const near = await likeness(one, other);
    const far = await likeness(one, stranger);

    ok(near > far + 0.2, `${near}, ${far}`);
  });
}

Deno.test("embed() answers with 100 numbers of length one, whatever it is given", async () => {
  const odd = [
    "",
    " ",
    "!?",
    "a",
    "the",
    "don't",
    "東京",
    "\ud800",
    "Ж".repeat(9),
  ];
  const texts = [...odd, "word ".repeat(20_000)];

  const vectors = await vectorsOf(...texts);

  strictEqual(vectors.length, texts.length);
  for (const [at, vector] of vectors.entries()) {
    strictEqual(vector.length, 100);
    const length = Math.hypot(...vector);
    ok(Math.abs(length - 1) < 1e-6, `${texts[at]}: ${length}`);
  }
});

Deno.test("embed() tells texts apart that say nothing", async () => {
  const [none, mark, again] = await vectorsOf("", "!", "");

  deepStrictEqual(none, again);
  ok(await likeness("", "!") < 0.9);
  ok(mark);
});

Deno.test("embed() counts words, and minds neither their order nor their case", async () => {
  const { tokens } = await staticEn().embed(["One, two.", "don't!", ""], {
    purpose: "query",
    signal,
  });

  strictEqual(tokens, 3);
  ok(await likeness("man bites dog", "Dog Bites Man") > 1 - 1e-6);
});

Deno.test("embed() gives up when it is told to", async () => {
  const signal = AbortSignal.abort(new Error("Enough"));

  await rejects(staticEn().embed(["x"], { purpose: "query", signal }), {
    message: "Enough",
  });
});

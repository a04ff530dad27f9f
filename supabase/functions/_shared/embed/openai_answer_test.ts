import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { foundIn } from "./openai_answer.ts";

const ONE = { count: 1, dimensions: 2 };
const TWO = { count: 2, dimensions: 2 };

/** By Node, and not by what is tested. */
function base64(...floats: number[]): string {
  const bytes = Buffer.alloc(4 * floats.length);
  floats.forEach((it, at) => bytes.writeFloatLE(it, 4 * at));
  return bytes.toString("base64");
}

Deno.test("foundIn() reads the same vector from numbers and from base64", () => {
  const data = (embedding: unknown) => ({ data: [{ index: 0, embedding }] });

  const [numbers] = foundIn(data([-0.6, 0.8]), ONE).vectors;
  const [packed] = foundIn(data(base64(-0.6, 0.8)), ONE).vectors;

  deepStrictEqual(numbers, Float32Array.of(-0.6, 0.8));
  deepStrictEqual(packed, numbers);
});

Deno.test("foundIn() reads vectors in the order of the texts", () => {
  const { vectors } = foundIn({
    data: [{ index: 1, embedding: [0, 3] }, { index: 0, embedding: [2, 0] }],
  }, TWO);

  deepStrictEqual(vectors, [Float32Array.of(1, 0), Float32Array.of(0, 1)]);
});

Deno.test("foundIn() reads vectors without numbers as they come", () => {
  const { vectors } = foundIn({
    data: [{ embedding: [1, 0] }, { embedding: [0, 1] }],
  }, TWO);

  deepStrictEqual(vectors, [Float32Array.of(1, 0), Float32Array.of(0, 1)]);
});

const USAGES: [why: string, usage: unknown, tokens: number | undefined][] = [
  ["all tokens", { "prompt_tokens": 7, "total_tokens": 8 }, 8],
  ["those of the prompt, if that is all", { "prompt_tokens": 7 }, 7],
  ["nothing where none are counted", { "total_tokens": 0 }, undefined],
  ["nothing where they are no number", { "total_tokens": "8" }, undefined],
  ["nothing where they are less than none", { "total_tokens": -1 }, undefined],
  ["nothing where nothing is said", undefined, undefined],
];

for (const [why, usage, expected] of USAGES) {
  Deno.test(`foundIn() reads ${why}`, () => {
    const data = [{ index: 0, embedding: [1, 0] }];

    strictEqual(foundIn({ data, usage }, ONE).tokens, expected);
  });
}

const good = { index: 0, embedding: [1, 0] };

const LIES: [why: string, body: unknown, said: RegExp][] = [
  ["no JSON", undefined, /not a list/],
  ["a list alone", [good], /not a list/],
  ["no data", { data: null }, /not a list/],
  ["one vector too few", { data: [good] }, /1 vectors for 2 texts/],
  ["one too many", { data: [good, good, good] }, /3 vectors for 2 texts/],
  ["one twice", { data: [good, good] }, /no vector of text 1/],
  [
    "a number past the end",
    { data: [good, { ...good, index: 2 }] },
    /no vector of text 1/,
  ],
  [
    "a number in words",
    { data: [good, { ...good, index: "1" }] },
    /no vector of text 1/,
  ],
  [
    "no vector in one",
    { data: [good, { index: 1 }] },
    /neither numbers nor base64/,
  ],
  ["null for one", { data: [good, null] }, /neither numbers nor base64/],
  [
    "what is not base64",
    { data: [good, { index: 1, embedding: "a*b" }] },
    /neither numbers nor base64/,
  ],
  [
    "base64 of another length",
    { data: [good, { index: 1, embedding: base64(1, 2, 3) }] },
    /has 3 dimensions/,
  ],
  [
    "NaN in base64",
    { data: [good, { index: 1, embedding: base64(NaN, 1) }] },
    /not finite/,
  ],
];

for (const [why, body, message] of LIES) {
  Deno.test(`foundIn() does not take ${why} for an answer`, () => {
    throws(() => foundIn(body, TWO), { kind: "failed", message });
  });
}

/**
 * Both lessons, on a language of 40 words, of which each even one means what the
 * odd one behind it does.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import { type Bag, meansOf } from "./bag.ts";
import { contrast } from "./contrast.ts";
import { imitate } from "./imitate.ts";
import { centre, dot, type Matrix, rowOf, shorten, zeros } from "./matrix.ts";
import { randomOf } from "./random.ts";

const WORDS = 40;
const SIZE = 16;
const random = randomOf(1);

function noise(rows: number, columns: number): Matrix {
  const matrix = zeros(rows, columns);
  matrix.data.forEach((_, at) => matrix.data[at] = random(1000) / 500 - 1);
  return matrix;
}

/** Texts of `length` words, and the same with the other word for each. */
function textsOf(count: number, length: number): [one: Bag, other: Bag][] {
  return Array.from({ length: count }, () => {
    const ranks = Array.from({ length }, () => random(WORDS));
    const bag = (it: number[]) => it.map((rank) => [rank, 1 / length] as const);
    return [bag(ranks), bag(ranks.map((rank) => rank ^ 1))];
  });
}

/** How alike the rows of two matrices are, on average. */
function likeness(one: Matrix, other: Matrix): number {
  shorten(one);
  shorten(other);
  return dot(one.data, other.data) / one.rows;
}

Deno.test("imitate() learns vectors whose means are near to what is encoded", () => {
  const meant = noise(WORDS, SIZE);
  const bags = textsOf(2000, 5).map(([one]) => one);
  const encoded = meansOf(bags, meant);

  const vectors = imitate({ bags, encoded }, noise(WORDS, 3), SIZE);

  // Turned, since the axes are others: what is near is as near as it was.
  const [seen, wanted] = [meansOf(bags, vectors), meansOf(bags, meant)];
  for (const it of [seen, wanted]) {
    centre(it);
    shorten(it);
  }
  const pairs = bags.slice(1).keys();
  const apart = pairs.map((at) =>
    Math.abs(
      dot(rowOf(seen, at), rowOf(seen, at + 1)) -
        dot(rowOf(wanted, at), rowOf(wanted, at + 1)),
    )
  ).toArray();
  const mean = apart.reduce((a, b) => a + b) / apart.length;
  ok(mean < 0.1, `${mean}`);
});

Deno.test("contrast() moves words that mean the same together", () => {
  const vectors = noise(WORDS, SIZE);
  shorten(vectors);
  const texts = textsOf(200, 3);
  const alike = () =>
    likeness(
      meansOf(texts.map(([one]) => one), vectors),
      meansOf(texts.map(([, other]) => other), vectors),
    );
  const before = alike();

  contrast(vectors, textsOf(300, 3), { steps: 300, batch: 64, random });

  ok(before < 0.3 && alike() > 0.6, `${before}, ${alike()}`);
});

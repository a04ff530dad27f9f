/**
 * Words' vectors of which the means are near to what an encoder makes of whole
 * sentences. No I/O.
 *
 * @module
 */
import { type Bag, meansOf, spread } from "./bag.ts";
import {
  across,
  add,
  axesOf,
  centre,
  dot,
  type Matrix,
  product,
  rowOf,
  scale,
  shorten,
  solve,
  zeros,
} from "./matrix.ts";

/** How much is held against coefficients that are common to all words. */
const RIDGE = 0.3;

/** And against what a word has of its own: as one text of it alone would be. */
const OWN = 1;

/** Of conjugate gradients, which need not be exact. */
const ROUNDS = 10;

/** Sentences, and what the encoder makes of them. */
export interface Lesson {
  readonly bags: readonly Bag[];
  readonly encoded: Matrix;
}

/**
 * Vectors of `dimensions`: what `features` say of a word, a row each, by a map
 * that is common to all words, and what is particular to it, where sentences
 * have it. Their mean length is one.
 */
export function imitate(
  { bags, encoded }: Lesson,
  features: Matrix,
  dimensions: number,
): Matrix {
  const wanted = reduced(encoded, dimensions);
  level(wanted);
  const seen = meansOf(bags, features);
  const gram = across(seen, seen);
  for (let at = 0; at < gram.rows; at++) {
    gram.data[at * gram.rows + at] = (gram.data[at * gram.rows + at] ?? 0) +
      RIDGE;
  }
  const map = solve(gram, across(seen, wanted));
  const vectors = product(features, map);
  add(wanted.data, product(seen, map).data, -1);
  add(vectors.data, particularOf(bags, wanted, vectors.rows).data, 1);
  lengthen(vectors);
  return vectors;
}

/** The rows by the directions in which they vary most. */
function reduced(encoded: Matrix, dimensions: number): Matrix {
  centre(encoded);
  const axes = zeros(encoded.columns, dimensions);
  for (const [at, axis] of axesOf(encoded, dimensions).entries()) {
    for (const [of, it] of axis.entries()) {
      axes.data[of * dimensions + at] = it;
    }
  }
  return product(encoded, axes);
}

/**
 * Lets columns that vary little count for more than they did: by the fourth
 * root of their variance, halfway to all alike.
 */
function level(matrix: Matrix): void {
  const squares = new Float64Array(matrix.columns);
  for (let at = 0; at < matrix.rows; at++) {
    const row = rowOf(matrix, at);
    for (const [of, it] of row.entries()) {
      squares[of] = (squares[of] ?? 0) + it * it;
    }
  }
  const roots = squares.map((it) => Math.sqrt(Math.sqrt(it / matrix.rows)));
  for (let at = 0; at < matrix.rows; at++) {
    const row = rowOf(matrix, at);
    for (const [of, root] of roots.entries()) row[of] = (row[of] ?? 0) / root;
  }
}

/** What words have that is not in the map, by conjugate gradients. */
function particularOf(
  bags: readonly Bag[],
  wanted: Matrix,
  words: number,
): Matrix {
  const own = zeros(words, wanted.columns);
  const left = zeros(words, wanted.columns);
  spread(bags, { means: wanted, over: left });
  const way = { ...left, data: left.data.slice() };
  let rest = dot(left.data, left.data);
  for (let round = 0; round < ROUNDS; round++) {
    const moved = zeros(words, wanted.columns);
    spread(bags, { means: meansOf(bags, way), over: moved });
    add(moved.data, way.data, OWN);
    const far = rest / dot(way.data, moved.data);
    add(own.data, way.data, far);
    add(left.data, moved.data, -far);
    const before = rest;
    rest = dot(left.data, left.data);
    scale(way.data, rest / before);
    add(way.data, left.data, 1);
  }
  return own;
}

/** Makes them of length one on average. */
function lengthen(vectors: Matrix): void {
  let sum = 0;
  for (let at = 0; at < vectors.rows; at++) {
    const row = rowOf(vectors, at);
    sum += Math.sqrt(dot(row, row));
  }
  scale(vectors.data, vectors.rows / sum);
}

/** Of what the encoder makes of a word alone. All 512 of them were no better. */
const ALONE = 128;

/** What is known of words beforehand: both sides' vectors, and a constant. */
export function featuresOf(given: Matrix, encoded: Matrix): Matrix {
  centre(given);
  shorten(given);
  const alone = reduced(encoded, ALONE);
  const features = zeros(given.rows, given.columns + 1 + ALONE);
  for (let at = 0; at < given.rows; at++) {
    const row = rowOf(features, at);
    row.set(rowOf(given, at));
    row[given.columns] = 1;
    row.set(rowOf(alone, at), given.columns + 1);
  }
  return features;
}

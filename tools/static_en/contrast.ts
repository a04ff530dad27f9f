/**
 * Moves words' vectors until texts that mean the same are nearer to each other
 * than to other texts. No I/O.
 *
 * Source: van den Oord et al., "Representation Learning with Contrastive
 * Predictive Coding", 2018 (InfoNCE, the others of a batch as what is not
 * meant); Duchi et al., "Adaptive Subgradient Methods", 2011 (AdaGrad, here
 * with one number a word).
 *
 * @module
 */
import { type Bag, meansOf, spread } from "./bag.ts";
import {
  add,
  dot,
  type Matrix,
  product,
  rowOf,
  scale,
  zeros,
} from "./matrix.ts";
import type { Random } from "./random.ts";

/** Of AdaGrad, at first; it falls to zero. */
const RATE = 0.01;

/** How much nearer is near enough. 0.07 and 0.25 were no better. */
const TEMPERATURE = 0.15;

/** Two texts that mean about the same. */
export type BagPair = readonly [one: Bag, other: Bag];

/** How much is shown. */
export interface Course {
  readonly steps: number;
  /** Pairs at a time. */
  readonly batch: number;
  readonly random: Random;
}

/** Moves the rows of `vectors`. */
export function contrast(
  vectors: Matrix,
  pairs: readonly BagPair[],
  { steps, batch, random }: Course,
): void {
  const moved = new Float64Array(vectors.rows);
  const slope = zeros(vectors.rows, vectors.columns);
  for (let step = 0; step < steps; step++) {
    const some = Array.from({ length: batch }, () => random(pairs.length))
      .flatMap((at) => pairs.slice(at, at + 1));
    addSlope(vectors, some, slope);
    const rate = RATE * (1 - step / steps);
    for (const rank of new Set(some.flat(2).map(([it]) => it))) {
      const its = rowOf(slope, rank);
      const square = (moved[rank] ?? 0) + dot(its, its) / its.length;
      moved[rank] = square;
      if (square > 0) {
        add(rowOf(vectors, rank), its, -rate / Math.sqrt(square));
      }
      its.fill(0);
    }
  }
}

/** Adds to `slope` by how much the loss grows with each number of `vectors`. */
function addSlope(
  vectors: Matrix,
  pairs: readonly BagPair[],
  slope: Matrix,
): void {
  const ones = pairs.map(([one]) => one);
  const others = pairs.map(([, other]) => other);
  const a = unitsOf(meansOf(ones, vectors));
  const b = unitsOf(meansOf(others, vectors));
  const likeness = across(a.units, b.units);
  const wrong = wrongOf(likeness);
  spread(ones, { means: back(product(wrong, b.units), a), over: slope });
  spread(others, {
    means: back(product(transposed(wrong), a.units), b),
    over: slope,
  });
}

/** Rows of unit length, and what they were. */
interface Units {
  readonly units: Matrix;
  readonly lengths: Float64Array;
}

function unitsOf(units: Matrix): Units {
  const lengths = new Float64Array(units.rows);
  for (let at = 0; at < units.rows; at++) {
    const row = rowOf(units, at);
    const length = Math.sqrt(dot(row, row)) || 1;
    lengths[at] = length;
    scale(row, 1 / length);
  }
  return { units, lengths };
}

/** The slope of what the rows were before they were of unit length. */
function back(slope: Matrix, { units, lengths }: Units): Matrix {
  for (let at = 0; at < slope.rows; at++) {
    const row = rowOf(slope, at);
    add(row, rowOf(units, at), -dot(row, rowOf(units, at)));
    scale(row, 1 / (lengths[at] ?? 1));
  }
  return slope;
}

/** a × bᵀ. */
function across(a: Matrix, b: Matrix): Matrix {
  return product(a, transposed(b));
}

function transposed(matrix: Matrix): Matrix {
  const out = zeros(matrix.columns, matrix.rows);
  for (let at = 0; at < matrix.rows; at++) {
    for (const [of, it] of rowOf(matrix, at).entries()) {
      out.data[of * matrix.rows + at] = it;
    }
  }
  return out;
}

/** How much each likeness is to fall, from either side of the pairs. */
function wrongOf(likeness: Matrix): Matrix {
  const wrong = zeros(likeness.rows, likeness.columns);
  for (let at = 0; at < likeness.rows; at++) {
    rowOf(wrong, at).set(sharesOf(rowOf(likeness, at)));
  }
  const sides = transposed(likeness);
  for (let at = 0; at < sides.rows; at++) {
    for (const [of, it] of sharesOf(rowOf(sides, at)).entries()) {
      const place = of * wrong.columns + at;
      wrong.data[place] = (wrong.data[place] ?? 0) + it;
    }
    const own = at * wrong.columns + at;
    wrong.data[own] = (wrong.data[own] ?? 0) - 2;
  }
  scale(wrong.data, 1 / (2 * likeness.rows * TEMPERATURE));
  return wrong;
}

/** Softmax. */
function sharesOf(row: Float64Array): Float64Array {
  const most = row.reduce((a, b) => Math.max(a, b));
  const shares = row.map((it) => Math.exp((it - most) / TEMPERATURE));
  scale(shares, 1 / shares.reduce((a, b) => a + b));
  return shares;
}

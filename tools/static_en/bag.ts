/**
 * A text as the words that are known of it: what a mean is made of. No I/O.
 *
 * @module
 */
import {
  rankOf,
  weightOf,
} from "../../supabase/functions/_shared/embed/static_en/mean.ts";
import { wordsOf } from "../../supabase/functions/_shared/embed/static_en/words.ts";
import { add, type Matrix, rowOf, zeros } from "./matrix.ts";

/** A word's rank, and its share of the text. */
export type Bag = readonly (readonly [rank: number, share: number])[];

/** The known words of `text`. Their shares add up to one. */
export function bagOf(text: string, ranks: ReadonlyMap<string, number>): Bag {
  const known = wordsOf(text).map((word) => rankOf(word, ranks))
    .filter((it) => it !== undefined).map((it) => [it, weightOf(it)] as const);
  const whole = known.reduce((sum, [, weight]) => sum + weight, 0);
  return known.filter(([, weight]) => weight > 0)
    .map(([rank, weight]) => [rank, weight / whole]);
}

/** The means of the words' vectors, a row a bag. */
export function meansOf(bags: readonly Bag[], vectors: Matrix): Matrix {
  const means = zeros(bags.length, vectors.columns);
  for (const [at, bag] of bags.entries()) {
    for (const [rank, share] of bag) {
      add(rowOf(means, at), rowOf(vectors, rank), share);
    }
  }
  return means;
}

/** Gives the words of each bag their part of its row: the transpose. */
export function spread(
  bags: readonly Bag[],
  { means, over }: { readonly means: Matrix; readonly over: Matrix },
): void {
  for (const [at, bag] of bags.entries()) {
    for (const [rank, share] of bag) {
      add(rowOf(over, rank), rowOf(means, at), share);
    }
  }
}

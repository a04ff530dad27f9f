/**
 * How well something finds what was asked for.
 *
 * @module
 */
import { DOCUMENTS, type Question, QUESTIONS } from "./set.ts";

/** How much each document, in order, has to do with a question. */
export type Score = (question: string) => readonly number[];

/** A question, and at what place its answer was, from 1. */
export type Ranked = readonly [question: Question, place: number];

/** The places of all answers. Of equals, the answer is the last. */
export function ranksOf(score: Score): Ranked[] {
  const ids = [...DOCUMENTS.keys()];
  return QUESTIONS.map((question) => {
    const scores = score(question.text);
    const own = scores[ids.indexOf(question.answer)] ?? NaN;
    return [question, scores.filter((it) => it >= own).length];
  });
}

/** The part of the answers that are among the first `most`. */
export function recallAt(most: number, ranked: readonly Ranked[]): number {
  return ranked.filter(([, place]) => place <= most).length / ranked.length;
}

/** The mean of 1 ÷ place. */
export function reciprocalOf(ranked: readonly Ranked[]): number {
  return ranked.reduce((sum, [, place]) => sum + 1 / place, 0) / ranked.length;
}

/** By vectors of unit length: the documents', in order, and a question's. */
export function byVectors(
  documents: readonly Float32Array[],
  questions: ReadonlyMap<string, Float32Array>,
): Score {
  return (text) => documents.map((it) => dot(it, questions.get(text)));
}

function dot(a: Float32Array, b: Float32Array | undefined): number {
  return a.reduce((sum, it, at) => sum + it * (b?.[at] ?? NaN), 0);
}

/**
 * The peer: documents that share words with a question, by Okapi BM25 over
 * word stems, with the usual k1 = 1.2 and b = 0.75.
 *
 * Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25
 * and Beyond", 2009.
 *
 * @module
 */
import { DOCUMENTS } from "./set.ts";
import type { Score } from "./ranks.ts";

const K1 = 1.2;
const B = 0.75;

const STOP = new Set(
  ("a about after all am an and any are as at be before but by can cannot did " +
    "do does for from had has have he her his how i if in into is it its may " +
    "me my not now of off on or our out over should so that the their them " +
    "then there they this to us was we what when where which who why will " +
    "with you your").split(" "),
);

/** Words without the endings that English adds the most. */
function stemsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.filter((it) => !STOP.has(it)).map(stemOf);
}

function stemOf(word: string): string {
  const stem = word.replace(/(?:ies|ing|ed|es|s|e|y)$/, "");
  return stem.length < 3 ? word : stem.replace(/([^aeiouls])\1$/, "$1");
}

/** The score of every document. */
export function bm25(): Score {
  const bags = [...DOCUMENTS.values()].map(stemsOf);
  const mean = bags.reduce((sum, { length }) => sum + length, 0) / bags.length;
  const score = (stem: string, bag: readonly string[]) => {
    const times = bag.filter((it) => it === stem).length;
    const long = 1 - B + B * bag.length / mean;
    return idf(stem, bags) * times * (K1 + 1) / (times + K1 * long);
  };
  return (text) =>
    bags.map((bag) =>
      stemsOf(text).reduce((sum, stem) => sum + score(stem, bag), 0)
    );
}

function idf(stem: string, bags: readonly (readonly string[])[]): number {
  const having = bags.filter((bag) => bag.includes(stem)).length;
  return Math.log(1 + (bags.length - having + 0.5) / (having + 0.5));
}

/**
 * Texts in any number that nobody has written, made of what somebody has: their
 * vectors lie as those of real texts do. No I/O.
 *
 * @module
 */
import { dice } from "../index/random.ts";
import { DOCUMENTS } from "../retrieval/set.ts";
import { pick } from "./crowd.ts";

/** Texts of two half sentences and some words of a third. */
export function prose(count: number): string[] {
  const chance = dice(count);
  const sentences = [...DOCUMENTS.values()].map((it) => it.split(" "));
  return Array.from({ length: count }, () => {
    const [one, two, three] = [1, 2, 3].map(() => pick(sentences, chance));
    const from = chance.below(Math.max(1, (three?.length ?? 0) - 4));
    return [
      ...one?.slice(0, Math.ceil(one.length / 2)) ?? [],
      ...two?.slice(Math.floor(two.length / 2)) ?? [],
      ...three?.slice(from, from + 4) ?? [],
    ].join(" ");
  });
}

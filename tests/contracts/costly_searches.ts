/**
 * The costliest requests that `vector-search` accepts.
 *
 * @module
 */
import {
  MAX_DIMENSIONS,
  MAX_QUERY,
  MAX_RESULTS,
} from "../../supabase/functions/vector-search/policy.ts";
import { tokenOf } from "../world.ts";
import type { Contract, Costly, Place, Prepared } from "./contract.ts";
import { askSearch, indexHere, NAME, notesIn } from "./indexes.ts";
import { sentences } from "./texts.ts";

/** What the route reads of a body, in bytes. */
const BODY_BYTES = 128 * 1024;

/** Of one chunk each. */
const NOTES = 2_000;

/** As many as one chunk of them has. */
const CHUNK_BYTES = 650;

const shelves = new WeakMap<object, Promise<void>>();

/** Thousands of notes in the index; for each world once. */
function filled({ world }: Place): Promise<void> {
  const known = shelves.get(world);
  if (known !== undefined) return known;
  const filling = fill(world);
  shelves.set(world, filling);
  return filling;
}

async function fill(world: Place["world"]): Promise<void> {
  const notes = await notesIn(world);
  await notes.add(
    Array.from({ length: NOTES }, (_, n) => sentences(n, CHUNK_BYTES)),
  );
  await indexHere(world);
}

/** A search; `n` is another number each time, and no query known already. */
function costly(
  name: string,
  wish: (n: number) => Readonly<Record<string, unknown>>,
  status = 200,
): Costly {
  return {
    name,
    status,
    async prepare(place) {
      await filled(place);
      const token = await tokenOf(await place.world.newPerson());
      let n = 0;
      return () => askSearch(place, token, { source: NAME, ...wish(n++) });
    },
  };
}

/** As long as a query may be. */
function longest(n: number): string {
  return sentences(n, MAX_QUERY).trim();
}

/** As many numbers as there may be, with as many digits as they have. */
function numbers(length: number): number[] {
  return Array.from({ length }, (_, at) => Math.sin(at + 1));
}

/** Each at one of the limits. */
export const COSTLY: Contract["costly"] = [
  costly("a search by meaning and words", (n) => ({ query: `horses ${n}` })),
  costly("the longest query, the most results, all of them marked", (n) => {
    const many = { k: MAX_RESULTS, groupBy: "chunk", highlight: true };
    return { query: longest(n), ...many };
  }),
  costly("as many by words alone", (n) => {
    return { query: `horses ${n}`, mode: "keyword", k: MAX_RESULTS };
  }),
  costly("a vector", () => ({ vector: numbers(100), k: MAX_RESULTS })),
  costly("the longest vector", () => {
    return { vector: numbers(MAX_DIMENSIONS) };
  }, 422),
  costly("the longest filter", () => {
    const one = { org: { in: numbers(900).map((it) => Math.round(it * 9e5)) } };
    return { query: "horse", filter: { and: Array(10).fill(one) } };
  }),
  costly("most items", () => ({ filter: Array(9_990).fill(0) }), 422),
  costly("the longest body", () => {
    return { query: "x".repeat(BODY_BYTES - 100) };
  }, 422),
];

/** The database says what is found, and who may find it. */
export const FAILING: Prepared = {
  async prepare(place) {
    const token = await tokenOf(await place.world.newPerson());
    return () => askSearch(place, token, { source: NAME, query: "horses" });
  },
};

/**
 * Searches at random, and what each has to find by what its caller may see. No
 * I/O.
 *
 * @module
 */
import type { Dice } from "../index/random.ts";
import { CALLERS, pick, type Row, sizeOf, TABLES, WORDS } from "./crowd.ts";

/** Somebody, and what they ask for. */
export interface Pair {
  readonly caller: number;
  readonly source: string;
  readonly query: string;
  readonly wish: Readonly<Record<string, unknown>> & {
    readonly mode: string;
    readonly k: number;
    readonly perRow: boolean;
    readonly filter?: Filter;
    readonly like?: readonly number[];
  };
}

/** A filter, and whether it takes a row. */
type Filter = Readonly<Record<string, unknown>>;

/** Filters, and what each means. */
const FILTERS: readonly (readonly [Filter, (row: Row) => boolean])[] = [
  [{}, () => true],
  [{}, () => true],
  [{ org: { eq: 2 } }, ({ org }) => org === 2],
  [{ org: { neq: 2 } }, ({ org }) => org !== 2],
  [{ org: { eq: null } }, ({ org }) => org === null],
  [{ org: { gt: 1, lte: 3 } }, ({ org }) => org === 2 || org === 3],
  [{ lang: { in: ["en", "xx"] } }, ({ lang }) => lang === "en"],
  [{ not: { lang: { eq: "en" } } }, ({ lang }) => lang !== "en"],
  [
    { or: [{ org: { eq: 1 } }, { lang: { eq: "de" } }] },
    ({ org, lang }) => org === 1 || lang === "de",
  ],
  [
    { and: [{ org: { in: [3, 4] } }, { not: { lang: { lt: "en" } } }] },
    ({ org, lang }) => (org === 3 || org === 4) && lang >= "en",
  ],
  [{ lang: { eq: "' or true --" } }, () => false],
];

/** The next one. */
export function nextPair(chance: Dice): Pair {
  const mode = pick(["semantic", "keyword", "hybrid"], chance);
  const [filter] = pick(FILTERS, chance);
  const shared = {
    k: pick([1, 3, 10, 10, 40], chance),
    perRow: chance.below(3) > 0,
    filter,
  };
  const source = pick(["own", ...Object.keys(TABLES)], chance);
  const pair = {
    caller: chance.below(CALLERS.length),
    source,
    query: queryBy(chance),
  };
  if (chance.below(7) === 0) {
    const like = [chance.below(sizeOf(source)) + 1];
    return { ...pair, wish: { ...shared, mode: "semantic", like } };
  }
  return { ...pair, wish: { ...shared, mode } };
}

function queryBy(chance: Dice): string {
  if (chance.below(4) === 0) return "refund";
  const words = Array.from(
    { length: 1 + chance.below(5) },
    () => pick(WORDS, chance),
  );
  return words.join(" ");
}

/** What is known of a chunk: its row, and its lexemes. */
export interface Chunk {
  readonly row: Row;
  readonly content: string;
  readonly lexemes: ReadonlySet<string>;
}

/**
 * Among `visible` rows those chunks that a search may find, whether or not it has
 * room for them. All words are worth the same where nothing was counted yet.
 */
export function findable(
  { wish: { filter, like, mode } }: Pair,
  chunks: readonly Chunk[],
  { visible, lexemes }: {
    readonly visible: ReadonlySet<number>;
    readonly lexemes: readonly string[];
  },
): Chunk[] {
  const takes = FILTERS.find(([it]) => it === filter)?.[1] ?? (() => true);
  return chunks.filter((it) =>
    visible.has(it.row.id) && takes(it.row) && it.row.id !== like?.[0] &&
    (mode !== "keyword" || isHalfIn(it, lexemes))
  );
}

function isHalfIn({ lexemes }: Chunk, wanted: readonly string[]): boolean {
  const there = wanted.filter((it) => lexemes.has(it)).length;
  return there > 0 && there >= wanted.length / 2;
}

/**
 * Whether an index is what its table says, by another way than the index's own:
 * rows are read, cut and hashed here, and compared with what is found.
 *
 * @module
 */
import { unitVector } from "../../supabase/functions/_shared/embed/unit_vector.ts";
import { wordVector } from "../../supabase/functions/_shared/testing/word_vector.ts";
import { chunksOf } from "../../supabase/functions/vector-index/chunking/chunk.ts";
import type { Session } from "../services/project.ts";
import {
  type Book,
  CHUNKING,
  DIMENSIONS,
  isEvil,
  isWanted,
  textOf,
} from "./books.ts";

/** Of an index that is right all but the first two are zero. */
export interface Verdict {
  /** Rows that are to be found. */
  readonly rows: number;
  /** Of these, those that were set aside. */
  readonly dead: number;
  readonly missing: number;
  /** Rows with other chunks, hashes, vectors, seals or metadata. */
  readonly wrong: number;
  /** Keys in the index that have nothing to be found. */
  readonly extra: number;
  /** Keys that were set aside without a reason, and why they were. */
  readonly innocent: number;
  readonly pretexts: readonly string[];
  /** Rows with a reason that were not set aside. */
  readonly spared: number;
}

/** A chunk, as it is in the index. Bytes are hex. */
interface Chunk {
  readonly id: number;
  readonly n: number;
  readonly content: string;
  readonly hash: string | null;
  readonly vector: readonly number[] | null;
  readonly seal: string;
  readonly chunks: number;
  readonly org: number;
  readonly stale: boolean;
}

/** Reads everything. Nobody may change it meanwhile. */
export async function judge(sql: Session): Promise<Verdict> {
  const all = await sql<Book[]>`select id, org, title, body from books`;
  const found = await chunksIn(sql);
  const dead = await deadIn(sql);
  const wanted = all.filter(isWanted);
  const evil = wanted.filter((it) => isEvil(textOf(it)));
  const alive = wanted.filter(({ id }) => !dead.has(id));
  const faults = await Promise.all(alive.map(async (book) => {
    const chunks = found.get(book.id);
    if (chunks === undefined) return "missing";
    return await isRight(book, chunks) ? "none" : "wrong";
  }));
  const keys = new Set(wanted.map(({ id }) => id));
  const guilty = new Set(evil.map(({ id }) => id));
  const innocent = [...dead].filter(([id]) => !guilty.has(id));
  const count = (fault: string) => faults.filter((it) => it === fault).length;
  return {
    rows: wanted.length,
    dead: wanted.length - alive.length,
    missing: count("missing"),
    wrong: count("wrong"),
    extra: [...found.keys()].filter((it) => !keys.has(it)).length,
    innocent: innocent.length,
    pretexts: innocent.map(([, reason]) => reason),
    spared: evil.filter(({ id }) => !dead.has(id)).length,
  };
}

/** In the order of each row. */
async function chunksIn(sql: Session): Promise<Map<number, Chunk[]>> {
  const [source] = await sql`
    select serving from portico_index.sources where name = 'books'`;
  const chunks = await sql<Chunk[]>`
    select key_1 as id, n, content, encode(hash, 'hex') as hash,
      embedding::float8[] as vector, encode(seal, 'hex') as seal, chunks,
      m_org as org, stale_since is not null as stale
    from ${sql(`portico_index.chunks_${source?.["serving"]}`)}
    order by key_1, n`;
  return Map.groupBy(chunks, ({ id }) => id);
}

/** Keys that were set aside, and why. */
async function deadIn(sql: Session): Promise<Map<number, string>> {
  const rows = await sql<{ id: number; reason: string }[]>`
    select (key ->> 0)::int as id, reason from portico.dead_rows`;
  return new Map(rows.map(({ id, reason }) => [id, reason]));
}

async function isRight(book: Book, found: Chunk[]): Promise<boolean> {
  const contents = chunksOf(textOf(book), CHUNKING).map((it) => it.content);
  const seal = await hexOf(textOf(book));
  const count = Math.max(contents.length, 1); // one says that there is nothing
  if (found.length !== count) return false;
  const each = await Promise.all(found.map(async (it, n) => {
    const { chunks, org, stale } = it;
    const isOurs = it.n === n && chunks === count && it.seal === seal;
    return isOurs && org === book.org && !stale &&
      await hasContent(it, contents[n]);
  }));
  return each.every(Boolean);
}

async function hasContent(
  { content, hash, vector }: Chunk,
  expected: string | undefined,
): Promise<boolean> {
  if (expected === undefined) {
    return content === "" && hash === null && vector === null;
  }
  const right = unitVector(wordVector(expected, DIMENSIONS), DIMENSIONS);
  return content === expected && hash === await hexOf(expected) &&
    vector?.length === right.length &&
    vector.every((it, at) => Math.abs(it - (right[at] ?? NaN)) < 1e-6);
}

/** SHA-256. */
async function hexOf(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (it) => it.toString(16).padStart(2, "0")).join("");
}

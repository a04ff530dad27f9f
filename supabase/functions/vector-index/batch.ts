/**
 * Some rows, from their text to the index.
 *
 * @module
 */
import { type Embedder, EmbedFault } from "../_shared/embed/embedder.ts";
import { chunksOf } from "./chunking/chunk.ts";
import type { Claim, Done, Queue, Row, Settled, Used } from "./queue.ts";
import { type Answered, embedAll, type Text } from "./vectors.ts";

/** What a batch is worked on with. */
export interface Bench {
  readonly queue: Queue;
  /** May refuse: the model is not there, or is not what it was. */
  readonly embedder: (claim: Claim) => Promise<Embedder>;
  readonly signal: AbortSignal;
}

/** What came of a batch. */
export interface Outcome extends Settled {
  readonly chunks: number;
  /** Rows that are at fault themselves. */
  readonly failed: number;
  /** What the provider could not do, if that is why there is no more. */
  readonly paused?: string;
}

const NOTHING: Used = { calls: 0, texts: 0, tokens: 0 };

const NONE: Outcome = { written: 0, moved: 0, lost: 0, chunks: 0, failed: 0 };

/** Brings the rows of `claim` into the index, those that can be. */
export async function index(claim: Claim, bench: Bench): Promise<Outcome> {
  const { queue } = bench;
  const { generation, chunking } = claim;
  const rows = await Promise.all(claim.rows.map(async (row) => {
    const chunks = row.text === undefined ? [] : chunksOf(row.text, chunking);
    return { row, chunks: await Promise.all(chunks.map(hashed)) };
  }));
  try {
    const made = await embedNew(rows, claim, bench);
    const isBad = ({ chunks }: Cut) =>
      chunks.some(({ hash }) => made.rejected.has(hash));
    const failed = rows.filter(isBad).map(({ row, chunks }) => {
      const reasons = chunks.map(({ hash }) => made.rejected.get(hash));
      return { ...row, reason: reasons.find(Boolean) ?? "" };
    });
    if (failed.length > 0) await queue.fail(generation, failed.map(faultOf));
    const done = rows.filter((it) => !isBad(it)).map(doneOf);
    const settled = await queue.settle(generation, done, made);
    const chunks = rows.reduce((sum, { chunks }) => sum + chunks.length, 0);
    return { ...settled, chunks, failed: failed.length };
  } catch (error) {
    if (!(error instanceof EmbedFault)) throw error;
    const { message, retryS = null } = error;
    const reason = `${error.kind}: ${message}`;
    await queue.pause(generation, { reason, pauseS: retryS });
    return { ...NONE, paused: reason };
  }
}

/** A row, and what its text was cut into. */
interface Cut {
  readonly row: Row;
  readonly chunks: Done["chunks"];
}

function doneOf({ row, chunks }: Cut): Done {
  const { key, version, seal, metadata } = row;
  return { key, version, seal, metadata, chunks };
}

function faultOf({ key, seal, reason }: Row & { readonly reason: string }) {
  return { key, seal, reason };
}

/** What was made of some texts, and is not in the database yet. */
interface Made {
  readonly vectors: Record<string, string>;
  readonly used: Used | null;
  readonly rejected: ReadonlyMap<string, string>;
  /** Whether it would cost money to make it again. */
  readonly paid: boolean;
}

/**
 * Vectors that nobody has yet. Those of one call go to the database with the
 * rows that they are for; what took several is kept after each.
 */
async function embedNew(
  rows: readonly Cut[],
  claim: Claim,
  bench: Bench,
): Promise<Made> {
  const { queue, signal } = bench;
  const { generation } = claim;
  const wanted = newTexts(rows);
  if (wanted.size === 0) {
    return { vectors: {}, used: null, rejected: new Map(), paid: false };
  }
  const embedder = await bench.embedder(claim);
  const isPaid = embedder.isFree !== true;
  if (isPaid) {
    const known = await queue.known(generation, [...wanted.keys()]);
    known.forEach((hash) => wanted.delete(hash));
  }
  const texts: Text[] = [...wanted];
  const isOne = texts.length <= embedder.maxBatch;
  const vectors: Record<string, string> = {};
  const used = { ...NOTHING };
  const gather = ({ vectors: more, used: one }: Answered) => {
    Object.assign(vectors, more);
    add(used, one);
    return Promise.resolve();
  };
  const keep = (it: Answered) => queue.keep(generation, it.vectors, it.used);
  const asking = { embedder, signal, keep: isPaid && !isOne ? keep : gather };
  try {
    const rejected = await embedAll(texts, asking);
    return { vectors, used, rejected, paid: isPaid };
  } catch (error) {
    if (isPaid && used.calls > 0) await keep({ vectors, used });
    throw error;
  }
}

/** Of all chunks those whose rows have no vector of them; each text once. */
function newTexts(rows: readonly Cut[]): Map<string, string> {
  const texts = new Map<string, string>();
  for (const { row, chunks } of rows) {
    const held = new Set(row.hashes);
    for (const { hash, content } of chunks) {
      if (!held.has(hash)) texts.set(hash, content);
    }
  }
  return texts;
}

function add(total: { -readonly [key in keyof Used]: number }, one: Used) {
  total.calls += one.calls;
  total.texts += one.texts;
  total.tokens += one.tokens;
}

async function hashed({ content }: { readonly content: string }) {
  const bytes = new TextEncoder().encode(content);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = Array.from(hash, (it) => it.toString(16).padStart(2, "0"));
  return { content, hash: `\\x${hex.join("")}` };
}

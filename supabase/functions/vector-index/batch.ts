/**
 * Some rows, from their text to the index.
 *
 * @module
 */
import { type Embedder, EmbedFault } from "../_shared/embed/embedder.ts";
import { chunksOf } from "./chunking/chunk.ts";
import type {
  Claim,
  Done,
  Queue,
  Reserved,
  Row,
  Settled,
  Used,
  Wanted,
} from "./queue.ts";
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
  const all = await Promise.all(claim.rows.map(async (row) => {
    const chunks = row.text === undefined ? [] : chunksOf(row.text, chunking);
    return { row, chunks: await Promise.all(chunks.map(hashed)) };
  }));
  try {
    const made = await embedNew(all, claim, bench);
    const rows = all.filter(({ row }) => !made.deferred.includes(row.key));
    const isBad = ({ chunks }: Cut) =>
      chunks.some(({ hash }) => made.rejected.has(hash));
    const failed = rows.filter(isBad).map(({ row, chunks }) => {
      const reasons = chunks.map(({ hash }) => made.rejected.get(hash));
      return { ...row, reason: reasons.find(Boolean) ?? "" };
    });
    const done = rows.filter((it) => !isBad(it)).map(doneOf);
    const settled = await settle(done, made, { queue, generation });
    if (failed.length > 0) await queue.fail(generation, failed.map(faultOf));
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

/** Writes rows. What was paid for them is kept if they cannot be written. */
async function settle(
  done: readonly Done[],
  { vectors, used, paid }: Made,
  { queue, generation }: Pick<Bench, "queue"> & Pick<Claim, "generation">,
): Promise<Settled> {
  try {
    return await queue.settle(generation, done, { vectors, used, paid });
  } catch (error) {
    if (paid && used !== null && used.calls > 0) {
      await queue.keep(generation, vectors, used).catch(() => {}); // as well
    }
    throw error;
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
  /** Keys of rows that somebody else makes something for. */
  readonly deferred: readonly string[];
  /** Whether it would cost money to make it again. */
  readonly paid: boolean;
}

/** What nobody else has, or asks for. */
const UNRESERVED: Reserved = { known: [], deferred: [] };

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
  const wanted = rows.map(wantedOf).filter(({ hashes }) => hashes.length > 0);
  const vectors: Record<string, string> = {};
  if (wanted.length === 0) {
    const rejected = new Map();
    return { vectors, used: null, rejected, deferred: [], paid: false };
  }
  const embedder = await bench.embedder(claim);
  const isPaid = embedder.isFree !== true;
  const reserved = isPaid
    ? await queue.reserve(generation, wanted)
    : UNRESERVED;
  const texts = textsOf(rows, wanted, reserved);
  const isOne = texts.length <= embedder.maxBatch;
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
    const { deferred } = reserved;
    return { vectors, used, rejected, deferred, paid: isPaid };
  } catch (error) {
    if (isPaid && used.calls > 0) await keep({ vectors, used });
    throw error;
  }
}

function wantedOf({ row: { key, hashes: held }, chunks }: Cut): Wanted {
  const hashes = chunks.map(({ hash }) => hash);
  return { key, hashes: hashes.filter((it) => !held.includes(it)) };
}

/** What is left to ask for: each text once. */
function textsOf(
  rows: readonly Cut[],
  wanted: readonly Wanted[],
  { known, deferred }: Reserved,
): Text[] {
  const ours = wanted.filter(({ key }) => !deferred.includes(key));
  const hashes = new Set(ours.flatMap((it) => it.hashes));
  known.forEach((it) => hashes.delete(it));
  const chunks = rows.flatMap((it) => it.chunks);
  const contents = new Map(chunks.map(({ hash, content }) => [hash, content]));
  return [...hashes].map((it) => [it, contents.get(it) ?? ""]);
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

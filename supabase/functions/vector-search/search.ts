/**
 * One search: the query's vector, and what is near it.
 *
 * @module
 */
import { type Embedder, EmbedFault } from "../_shared/embed/embedder.ts";
import { problem } from "../_shared/problem.ts";
import type { Mode, Wish } from "./input.ts";
import type { Memory } from "./memory.ts";
import { PATIENCE_MS } from "./policy.ts";
import type { Found, Generation, Sources, Vector } from "./sources.ts";

const embeddingUnavailable = problem(503, "Embedding unavailable");

/** Seconds that a caller waits if the provider does not say. */
const RETRY_S = 10;

/** The outside world of a search. */
export interface Library {
  readonly sources: Sources;
  readonly embedder: (model: Generation) => Promise<Embedder>;
  readonly generations: Memory<Generation>;
  readonly queries: Memory<string>;
  readonly signal: AbortSignal;
}

/** What was found, and how it was looked for. */
export type Answer = Found & { readonly mode: Mode };

/**
 * Finds what `wish` asks for. What is to be found by meaning and words is looked
 * for by words alone while nobody says what it means.
 *
 * @throws {Problem} "Source not found", "Row not found", "Invalid input" or
 * "Embedding unavailable".
 */
export async function search(wish: Wish, library: Library): Promise<Answer> {
  const { mode, query } = wish;
  try {
    return { ...await find(wish, library), mode };
  } catch (error) {
    if (!(error instanceof EmbedFault)) throw error;
    if (mode !== "hybrid" || query === undefined) throw unavailable(error);
    const byWords = { ...wish, mode: "keyword" } as const;
    return { ...await find(byWords, library), mode: "keyword" };
  }
}

/** The index may be another by the time that the vector is there: once more. */
async function find(wish: Wish, library: Library): Promise<Found> {
  const { sources, generations } = library;
  for (let attempt = 0; attempt < 3; attempt++) {
    const answer = await sources.search(wish, await vectorOf(wish, library));
    if (answer.outcome === "found") return answer;
    const { generation, model, dimensions } = answer;
    generations.keep(wish.source, { generation, model, dimensions });
  }
  throw new EmbedFault("failed", "The index changes faster than we can ask");
}

/** `undefined` if none is needed, or it is not known yet for which index. */
async function vectorOf(
  { source, mode, query, vector }: Wish,
  library: Library,
): Promise<Vector | undefined> {
  if (mode === "keyword") return undefined;
  if (vector !== undefined) return { text: textOf(vector) };
  const generation = library.generations.recall(source);
  if (query === undefined || generation === undefined) return undefined;
  const text = await vectorFor(query, generation, library);
  return { text, generation: generation.generation };
}

async function vectorFor(
  query: string,
  generation: Generation,
  { embedder, queries, signal }: Library,
): Promise<string> {
  const name = `${generation.model}/${generation.dimensions} ${query}`;
  const known = queries.recall(name);
  if (known !== undefined) return known;
  const text = textOf(await ask(await embedder(generation), query, signal));
  queries.keep(name, text);
  return text;
}

/** A provider that says nothing is as good as one that is down. */
async function ask(
  embedder: Embedder,
  query: string,
  signal: AbortSignal,
): Promise<Float32Array> {
  const late = AbortSignal.timeout(PATIENCE_MS);
  try {
    const { vectors: [vector = new Float32Array()] } = await embedder.embed(
      [query],
      { purpose: "query", signal: AbortSignal.any([signal, late]) },
    );
    return vector;
  } catch (error) {
    if (error !== late.reason) throw error;
    throw new EmbedFault("failed", `Nothing came within ${PATIENCE_MS} ms`);
  }
}

/** Of unit length, so that the inner product is the cosine. */
function textOf(vector: Iterable<number>): string {
  const numbers = [...vector];
  // What is near the largest number would have a length beyond it.
  const most = Math.max(...numbers.map(Math.abs));
  const scaled = numbers.map((it) => it / most);
  const length = Math.hypot(...scaled);
  const unit = scaled.map((it) => Math.round(it / length * 1e6) / 1e6);
  return `[${unit.join(",")}]`;
}

function unavailable(fault: EmbedFault) {
  const { kind, retryS = RETRY_S } = fault;
  const detail = kind === "limited"
    ? "The provider of embeddings has had enough for now"
    : "Cannot tell what the query means at the moment";
  const headers = { "retry-after": String(Math.ceil(retryS)) };
  return embeddingUnavailable(detail, {}, { headers, cause: fault });
}

/**
 * One search: what the query means, and what is near it.
 *
 * @module
 */
import { type Embedder, EmbedFault } from "../_shared/embed/embedder.ts";
import { problem } from "../_shared/problem.ts";
import type { Left } from "../_shared/rate_limit.ts";
import type { Mode, Wish } from "./input.ts";
import { type Meaning, meaningOf, textOf } from "./meaning.ts";
import type { Memory } from "./memory.ts";
import type { Found, Generation, Sources } from "./sources.ts";

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
export type Answer = Found & {
  readonly mode: Mode;
  /** What the caller's rate limit still allows, if the query has cost money. */
  readonly left?: Left;
};

/**
 * Finds what `wish` asks for. What is to be found by meaning and words is looked
 * for by words alone while nobody says what it means.
 *
 * @throws {Problem} "Source not found", "Row not found", "Invalid input", "Too
 * many requests" or "Embedding unavailable".
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

type Looked = Found & Pick<Answer, "left">;

/** The index may be another by the time that the vector is there: once more. */
async function find(wish: Wish, library: Library): Promise<Looked> {
  const { sources, generations } = library;
  let believed = generations.recall(wish.source);
  for (let attempt = 0; attempt < 3; attempt++) {
    const { vector, fault, ...left } = await attemptMeaning(
      wish,
      believed,
      library,
    );
    if (fault !== undefined && attempt > 0) throw fault;
    const answer = await sources.search(wish, vector);
    if (answer.outcome === "found") return { ...answer, ...left };
    const { generation, model, dimensions } = answer;
    // The model of an index that serves no more may well be gone.
    if (fault !== undefined && generation === believed?.generation) throw fault;
    believed = { generation, model, dimensions };
    generations.keep(wish.source, believed);
  }
  throw new EmbedFault("failed", "The index changes faster than we can ask");
}

/** Nothing if none is needed, or it is not known yet for which index. */
async function attemptMeaning(
  { source, mode, query, vector }: Wish,
  generation: Generation | undefined,
  library: Library,
): Promise<Partial<Meaning> & { readonly fault?: EmbedFault }> {
  if (mode === "keyword") return {};
  if (vector !== undefined) return { vector: { text: textOf(vector) } };
  if (query === undefined || generation === undefined) return {};
  const admit = () => library.sources.admit(source);
  try {
    return await meaningOf(query, generation, { ...library, admit });
  } catch (error) {
    if (error instanceof EmbedFault) return { fault: error };
    throw error;
  }
}

function unavailable(fault: EmbedFault) {
  const { kind, retryS = RETRY_S } = fault;
  const detail = kind === "limited"
    ? "The provider of embeddings has had enough for now"
    : "Cannot tell what the query means at the moment";
  const headers = { "retry-after": String(Math.ceil(retryS)) };
  return embeddingUnavailable(detail, {}, { headers, cause: fault });
}

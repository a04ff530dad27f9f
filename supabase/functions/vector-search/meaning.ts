/**
 * What a query means to the model of an index: its vector.
 *
 * @module
 */
import { type Embedder, EmbedFault } from "../_shared/embed/embedder.ts";
import type { Left } from "../_shared/rate_limit.ts";
import type { Memory } from "./memory.ts";
import { PATIENCE_MS } from "./policy.ts";
import type { Generation, Vector } from "./sources.ts";

/** What a meaning is found with. */
export interface Interpreter {
  readonly embedder: (model: Generation) => Promise<Embedder>;
  /** The vectors of queries, by their model. */
  readonly queries: Memory<string>;
  /** Before a call that costs money. Throws if the caller may not make it. */
  admit(): Promise<Left>;
  readonly signal: AbortSignal;
}

/** The vector of a query. */
export interface Meaning {
  readonly vector: Vector;
  /** Absent if it has cost nothing. */
  readonly left?: Left;
}

/**
 * Finds out what `query` means to `generation`.
 *
 * @throws {EmbedFault} if nobody says.
 */
export async function meaningOf(
  query: string,
  generation: Generation,
  { embedder, queries, admit, signal }: Interpreter,
): Promise<Meaning> {
  const name = `${generation.model}/${generation.dimensions} ${query}`;
  const known = queries.recall(name);
  if (known !== undefined) return { vector: vectorFor(generation, known) };
  const model = await embedder(generation);
  const left = model.isFree === true ? {} : { left: await admit() };
  const text = textOf(await ask(model, query, signal));
  queries.keep(name, text);
  return { vector: vectorFor(generation, text), ...left };
}

function vectorFor({ generation }: Generation, text: string): Vector {
  return { text, generation };
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

/**
 * A vector as Postgres reads it, of unit length, so that the inner product is the
 * cosine.
 *
 * @example The direction is what counts
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { textOf } from "./meaning.ts";
 *
 * equal(textOf([300, 0, -400]), "[0.6,0,-0.8]");
 * ```
 */
export function textOf(vector: Iterable<number>): string {
  const numbers = [...vector];
  // What is near the largest number would have a length beyond it.
  const most = Math.max(...numbers.map(Math.abs));
  const scaled = numbers.map((it) => it / most);
  const length = Math.hypot(...scaled);
  const unit = scaled.map((it) => Math.round(it / length * 1e6) / 1e6);
  return `[${unit.join(",")}]`;
}

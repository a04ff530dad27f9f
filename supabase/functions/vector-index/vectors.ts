/**
 * From texts to vectors, with as few calls of a provider as can be, and without
 * one bad text keeping the good ones from theirs.
 *
 * @module
 */
import { type Embedder, EmbedFault } from "../_shared/embed/embedder.ts";
import type { Used, Vectors } from "./queue.ts";

/** What every provider takes: one that does not is at fault itself. */
const PROBE = "hello";

/** A text, and the SHA-256 that it is known by. */
export type Text = readonly [hash: string, content: string];

/** What one call of a provider has answered. */
export interface Answered {
  readonly vectors: Vectors;
  readonly used: Used;
}

/** Asks for vectors, and is told of them. */
export interface Asking {
  readonly embedder: Embedder;
  readonly signal: AbortSignal;
  /** Is waited for after each call: what is paid for must not get lost. */
  keep(answered: Answered): Promise<void>;
}

/**
 * Asks for the vectors of `texts`; the answer are those that the provider does
 * not take, and why.
 *
 * @throws {EmbedFault} If it is the provider's fault and not a text's.
 */
export async function embedAll(
  texts: readonly Text[],
  asking: Asking,
): Promise<ReadonlyMap<string, string>> {
  const search = new Search(asking);
  const { maxBatch } = asking.embedder;
  for (let at = 0; at < texts.length; at += maxBatch) {
    await search.embed(texts.slice(at, at + maxBatch));
  }
  return search.rejected;
}

/** The search for the texts that a provider does not take: by halves. */
class Search {
  readonly rejected = new Map<string, string>();
  #isProbed = false;

  constructor(readonly asking: Asking) {}

  async embed(texts: readonly Text[]): Promise<void> {
    const fault = await this.#attempt(texts);
    if (fault === undefined) return;
    if (fault.kind === "limited" || fault.kind === "refused") throw fault;
    await this.#probe(fault);
    if (texts.length > 1) {
      const half = Math.ceil(texts.length / 2);
      await this.embed(texts.slice(0, half));
      await this.embed(texts.slice(half));
      return;
    }
    // What failed may have been nobody's fault. What was rejected was.
    const still = fault.kind === "failed" ? await this.#attempt(texts) : fault;
    const [[hash] = [""]] = texts;
    if (still !== undefined) this.rejected.set(hash, still.message);
  }

  /** Once: that the provider takes anything at all. */
  async #probe({ kind, message }: EmbedFault): Promise<void> {
    if (this.#isProbed) return;
    const fault = await this.#attempt([["", PROBE]]);
    if (fault === undefined) {
      this.#isProbed = true;
      return;
    }
    if (fault.kind !== "rejected") throw fault;
    throw new EmbedFault(kind === "rejected" ? "refused" : kind, message);
  }

  async #attempt(texts: readonly Text[]): Promise<EmbedFault | undefined> {
    try {
      await this.asking.keep(await ask(texts, this.asking));
      return undefined;
    } catch (error) {
      if (error instanceof EmbedFault) return error;
      throw error;
    }
  }
}

async function ask(
  texts: readonly Text[],
  { embedder, signal }: Asking,
): Promise<Answered> {
  const contents = texts.map(([, content]) => content);
  const how = { purpose: "passage", signal } as const;
  const { vectors, tokens } = await embedder.embed(contents, how);
  // The probe has no hash: nobody wants its vector.
  const entries = texts.flatMap(([hash], at) =>
    hash === "" ? [] : [[hash, textOf(vectors[at] ?? [])] as const]
  );
  return {
    vectors: Object.fromEntries(entries),
    used: { calls: 1, texts: texts.length, tokens },
  };
}

/**
 * Six decimals: halves of pgvector have three, and its vectors seven. Written as
 * millionths, since whole numbers become text in half the time.
 */
function textOf(vector: ArrayLike<number>): string {
  let text = "";
  for (const it of Array.from(vector)) {
    text += `${text === "" ? "" : ","}${Math.round(it * 1e6)}e-6`;
  }
  return `{${text}}`;
}

/**
 * Vectors from the model that Supabase's runtime brings along: `gte-small`, of
 * English. No key, and no network.
 *
 * The runtime of the platform, and of its CLI, is the only one that has it; the
 * tests have a stand-in that is called as ext/ai/js/ai.js of
 * supabase/edge-runtime is.
 *
 * @module
 */
import { type Embedded, type Embedder, EmbedFault } from "./embedder.ts";
import { unitVector } from "./unit_vector.ts";

/** A model that was loaded. It takes one text at a time. */
export interface Session {
  run(
    text: string,
    how: { readonly "mean_pool": true; readonly normalize: true },
  ): Promise<unknown>;
}

interface Platform {
  readonly Supabase?: {
    readonly ai?: { readonly Session?: new (model: "gte-small") => Session };
  };
}

/** Source: the model card of Supabase/gte-small. */
const DIMENSIONS = 384;

/**
 * Of texts, which cost the CPU time of the request: supabase-community/
 * chatgpt-your-files had to go from 10 to 5, in its pull request 5.
 */
const MAX_BATCH = 5;

/** Source: the model card, by which what is longer is cut. */
const MAX_TOKENS = 512;

/** Of English: the runtime does not say how many there are. */
const CHARS_PER_TOKEN = 4;

let loaded: Session | undefined;

/**
 * The model of this runtime, or of `session`.
 *
 * @throws {EmbedFault} "refused" where the runtime has none.
 */
export function gteSmall(session = loaded ??= load()): Embedder {
  return {
    dimensions: DIMENSIONS,
    maxBatch: MAX_BATCH,
    maxTokens: MAX_TOKENS,
    async embed(texts, { signal }): Promise<Embedded> {
      const vectors: Float32Array[] = [];
      for (const text of texts) {
        // A session knows no signal.
        signal.throwIfAborted();
        vectors.push(unitVector(await run(session, text), DIMENSIONS));
      }
      const chars = texts.reduce((sum, { length }) => sum + length, 0);
      return { vectors, tokens: Math.ceil(chars / CHARS_PER_TOKEN) };
    },
  };
}

function load(): Session {
  const platform: typeof globalThis & Platform = globalThis;
  const Model = platform.Supabase?.ai?.Session;
  if (Model !== undefined) return new Model("gte-small");
  throw new EmbedFault(
    "refused",
    "Only Supabase's runtime has gte-small: take static-en, or set EMBED_URL " +
      "and take a model that is there",
  );
}

async function run(
  session: Session,
  text: string,
): Promise<ArrayLike<unknown>> {
  const numbers = await session.run(text, {
    "mean_pool": true,
    normalize: true,
  }).catch(() => {
    throw new EmbedFault("failed", "The model gte-small has broken down");
  });
  if (Array.isArray(numbers) || numbers instanceof Float32Array) return numbers;
  throw new EmbedFault("failed", "The model gte-small answers with no vector");
}

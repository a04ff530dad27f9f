/**
 * Where vectors come from over the network, as the environment says it. No I/O.
 *
 * @module
 */
import { isBaseUrl } from "../base_url.ts";
import { seconds } from "../units.ts";

/** An endpoint that speaks OpenAI's protocol. */
export interface Embedding {
  /** Up to the version, without a slash at the end. */
  readonly url: string;
  /** Servers of one's own want none. */
  readonly key: string | undefined;
  /** Texts in one call. */
  readonly maxBatch: number;
  /** For one call, until the last byte of its answer. */
  readonly timeoutMs: number;
}

/** Of texts. Some servers take fewer: text-embeddings-inference 32, as it is. */
const USUAL_BATCH = 64;

/** Source: OpenAI's API reference, `input` of "Create embeddings". */
const LARGEST_BATCH = 2048;

const USUAL_TIMEOUT_S = 30;

/** What is left of a run of `vector-index`, and less than the platform gives. */
const LONGEST_TIMEOUT_S = 120;

/**
 * The settings among those that `first` knows; none without `EMBED_URL`; or what
 * is wrong with them.
 *
 * @example A server of one's own
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { embeddingOf } from "./settings.ts";
 *
 * const env = new Map([["EMBED_URL", "http://ollama:11434/v1/"]]);
 * deepEqual(embeddingOf((name) => env.get(name)), {
 *   url: "http://ollama:11434/v1",
 *   key: undefined,
 *   maxBatch: 64,
 *   timeoutMs: 30_000,
 * });
 * ```
 */
export function embeddingOf(
  first: (name: string) => string | undefined,
): Embedding | undefined | string {
  const url = first("EMBED_URL")?.replace(/\/+$/, "");
  const key = first("EMBED_KEY");
  const maxBatch = whole(first("EMBED_MAX_BATCH") ?? `${USUAL_BATCH}`);
  const timeoutS = whole(first("EMBED_TIMEOUT_S") ?? `${USUAL_TIMEOUT_S}`);
  if (url === undefined) {
    return key ? "EMBED_URL must be set where EMBED_KEY is" : undefined;
  }
  if (!isBaseUrl(url)) {
    return "EMBED_URL must be a URL such as https://api.openai.com/v1";
  }
  // What a header takes, and no quotes or ends of lines that came with it.
  if (key !== undefined && !/^[\w.~+/=:-]+$/.test(key)) {
    return "EMBED_KEY must be a key, and nothing around it";
  }
  if (!(maxBatch >= 1 && maxBatch <= LARGEST_BATCH)) {
    return `EMBED_MAX_BATCH must be 1 to ${LARGEST_BATCH}`;
  }
  if (!(timeoutS >= 1 && timeoutS <= LONGEST_TIMEOUT_S)) {
    return `EMBED_TIMEOUT_S must be 1 to ${LONGEST_TIMEOUT_S}`;
  }
  return { url, key, maxBatch, timeoutMs: seconds(timeoutS) };
}

/** `NaN` for what is not a whole number in digits. */
function whole(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : NaN;
}

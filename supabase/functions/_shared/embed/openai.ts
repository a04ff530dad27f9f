/**
 * Vectors from whoever speaks OpenAI's protocol: OpenAI, Ollama, llama.cpp,
 * text-embeddings-inference, vLLM.
 *
 * @module
 */
import { bodyUpTo } from "../answer.ts";
import { KiB, MiB, seconds } from "../units.ts";
import { type Embedded, type Embedder, EmbedFault } from "./embedder.ts";
import { foundIn } from "./openai_answer.ts";
import { faultOf, refusesEncoding, type Reply } from "./openai_fault.ts";
import { promptOf } from "./prompts.ts";

/** Who is asked, for what. */
export interface Provider {
  /** Up to the version, without a slash at the end. */
  readonly url: string;
  /** Servers of one's own want none. */
  readonly key?: string | undefined;
  readonly model: string;
  readonly dimensions: number;
  /**
   * Whether the model is told its dimensions: those that cannot shorten their
   * vectors refuse that. By default OpenAI's third ones are told.
   */
  readonly sendsDimensions?: boolean;
  /** Texts in one call, 64 by default. */
  readonly maxBatch?: number;
  /** Of one text, 8192 by default. */
  readonly maxTokens?: number;
  /** For one call, until the last byte of its answer; 30 s by default. */
  readonly timeoutMs?: number;
  /** The one that writes down what a request asks of others. */
  readonly fetch?: typeof fetch;
}

type Encoding = "base64" | "float";

/** In bytes: 2048 vectors of 3072 dimensions in base64 are as many. */
const MAX_ANSWER = 32 * MiB;

/** In bytes, of an answer that has no vectors. */
const MAX_ERROR = 64 * KiB;

/** Of a number in JSON at its longest, with the comma. */
const NUMBER_BYTES = 24;

/** Of English, by OpenAI's guide to tokens. Other languages have fewer. */
const CHARS_PER_TOKEN = 4;

/** Addresses that give numbers, and refuse to be asked for base64. */
const plain = new Set<string>();

/** A model of `provider`. It asks each time, and keeps nothing. */
export function openAiEmbedder(provider: Provider): Embedder {
  const { url, model, dimensions, maxBatch = 64, maxTokens = 8192 } = provider;
  const vectorBytes = NUMBER_BYTES * dimensions;
  return {
    dimensions,
    // No more than an answer has room for, however it is written.
    maxBatch: Math.max(1, Math.min(maxBatch, MAX_ANSWER / vectorBytes | 0)),
    maxTokens,
    async embed(texts, { purpose, signal }): Promise<Embedded> {
      if (texts.length === 0) return { vectors: [], tokens: 0 };
      const prompt = promptOf(model, purpose);
      const input = texts.map((it) => prompt + it);
      // A quarter of the bytes, where a server can.
      const encoding = plain.has(url) ? "float" : "base64";
      let reply = await ask(
        provider,
        bodyOf(provider, input, encoding),
        signal,
      );
      if (encoding === "base64" && refusesEncoding(reply)) {
        plain.add(url);
        reply = await ask(provider, bodyOf(provider, input, "float"), signal);
      }
      if (reply.status !== 200) throw faultOf(reply, Date.now());
      const { length: count } = texts;
      const found = foundIn(reply.body, { count, dimensions });
      return { ...found, tokens: found.tokens ?? estimate(input) };
    },
  };
}

function bodyOf(
  { model, dimensions, sendsDimensions = isShortening(model) }: Provider,
  input: readonly string[],
  encoding: Encoding,
): string {
  return JSON.stringify({
    model,
    input,
    "encoding_format": encoding,
    ...sendsDimensions ? { dimensions } : {},
  });
}

/** Source: OpenAI's API reference, `dimensions` of "Create embeddings". */
function isShortening(model: string): boolean {
  return /(?:^|\/)text-embedding-3-/.test(model);
}

async function ask(
  { url, key, timeoutMs = seconds(30), fetch: send = fetch }: Provider,
  body: string,
  signal: AbortSignal,
): Promise<Reply> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  try {
    return await replyOf(
      await send(`${url}/embeddings`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...key === undefined ? {} : { authorization: `Bearer ${key}` },
        },
        body,
        // Not followed: the key is for nobody else.
        redirect: "manual",
        signal: AbortSignal.any([signal, late.signal]),
      }),
    );
  } catch {
    // Nobody's fault: whoever asked has no use for it any more.
    signal.throwIfAborted();
    throw new EmbedFault(
      "failed",
      late.signal.aborted
        ? `The provider has not answered within ${timeoutMs} ms`
        : "The provider cannot be reached, or has broken off",
    );
  } finally {
    clearTimeout(timer);
  }
}

async function replyOf(response: Response): Promise<Reply> {
  const { status, headers } = response;
  const max = response.ok ? MAX_ANSWER : MAX_ERROR;
  return { status, headers, body: parsed(await bodyUpTo(response, max)) };
}

function parsed(bytes: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function estimate(texts: readonly string[]): number {
  const chars = texts.reduce((sum, { length }) => sum + length, 0);
  return Math.ceil(chars / CHARS_PER_TOKEN);
}

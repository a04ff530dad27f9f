/**
 * Vectors, out of what a server of OpenAI's protocol answers. No I/O.
 *
 * @module
 */
import { isRecord } from "../record.ts";
import { EmbedFault } from "./embedder.ts";
import { unitVector } from "./unit_vector.ts";

/** What was asked for. */
export interface Wanted {
  /** Of texts. */
  readonly count: number;
  readonly dimensions: number;
}

/** What is in an answer. */
export interface Found {
  /** One for each text, in order, of unit length. */
  readonly vectors: readonly Float32Array[];
  /** Absent from servers that do not count. */
  readonly tokens: number | undefined;
}

/**
 * The vectors in `body`, whose numbers may be JSON's or, in base64, four bytes
 * each with the lowest first: servers do not always send what they are asked for.
 *
 * @throws {EmbedFault} "failed" for whatever is not exactly what was asked for.
 *
 * @example Out of order, and in either form
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { foundIn } from "./openai_answer.ts";
 *
 * const { vectors, tokens } = foundIn({
 *   data: [
 *     { index: 1, embedding: [0, 2] },
 *     { index: 0, embedding: "AACAPwAAAAA=" },
 *   ],
 *   usage: { prompt_tokens: 5, total_tokens: 5 },
 * }, { count: 2, dimensions: 2 });
 *
 * deepEqual(vectors, [Float32Array.of(1, 0), Float32Array.of(0, 1)]);
 * deepEqual(tokens, 5);
 * ```
 */
export function foundIn(
  body: unknown,
  { count, dimensions }: Wanted,
): Found {
  const data = isRecord(body) ? body["data"] : undefined;
  if (!isRecord(body) || !Array.isArray(data)) {
    throw failed("The answer is not a list of vectors");
  }
  if (data.length !== count) {
    throw failed(`There are ${data.length} vectors for ${count} texts`);
  }
  const vectors = inOrder(data).map((item) =>
    unitVector(numbersOf(item), dimensions)
  );
  return { vectors, tokens: tokensIn(body["usage"]) };
}

/** By their own numbers, of which each is there once; or as they come. */
function inOrder(data: readonly unknown[]): unknown[] {
  const byIndex = new Map(data.map((item, at) => {
    const index = isRecord(item) ? item["index"] ?? at : at;
    return [index, isRecord(item) ? item["embedding"] : undefined];
  }));
  return data.map((_, at) => {
    if (!byIndex.has(at)) throw failed(`There is no vector of text ${at}`);
    return byIndex.get(at);
  });
}

function numbersOf(embedding: unknown): ArrayLike<unknown> {
  if (Array.isArray(embedding)) return embedding;
  if (typeof embedding === "string") return floatsOf(embedding);
  throw failed("A vector is neither numbers nor base64");
}

function floatsOf(base64: string): Float32Array {
  const bytes = bytesOf(base64);
  const floats = new Float32Array(Math.floor(bytes.length / 4));
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < floats.length; at++) {
    floats[at] = view.getFloat32(4 * at, true);
  }
  return floats;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  try {
    const text = atob(base64);
    const bytes = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
    return bytes;
  } catch {
    throw failed("A vector is neither numbers nor base64");
  }
}

/** Zero is what servers say that do not count. */
function tokensIn(usage: unknown): number | undefined {
  if (!isRecord(usage)) return undefined;
  const tokens = usage["total_tokens"] ?? usage["prompt_tokens"];
  return Number.isSafeInteger(tokens) && Number(tokens) > 0
    ? Number(tokens)
    : undefined;
}

function failed(message: string): EmbedFault {
  return new EmbedFault("failed", message);
}

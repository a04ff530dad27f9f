/**
 * A model behind OpenAI's protocol that answers as a test says: late, wrongly,
 * or not at all. Its vectors are the words of a text, so that searching them
 * finds something.
 *
 * @module
 */
import { serve } from "./server.ts";
import { wordsOf, wordVector } from "./word_vector.ts";

/** A running model. `await using` closes it, and lets go of whoever waits. */
export interface EmbedServer extends AsyncDisposable {
  /** What `EMBED_URL` should be. */
  readonly url: string;
  /** How often it was asked, faults included. */
  readonly calls: number;
  /** Every text that it has answered with a vector, in order. */
  readonly texts: readonly string[];
  /** What it does instead of answering: nothing else unless a test says so. */
  fault: Fault;
}

/** One request, and what may be made of it. */
export interface Call {
  /** From zero, of all that were made of this server. */
  readonly index: number;
  readonly headers: Headers;
  readonly body: Asked;
  /** Ends when the caller has gone, or the server does. */
  gone(): Promise<void>;
  /** The right answer, or one that `how` has changed. */
  answer(how?: Twist): Response;
}

/** `undefined` lets a call be answered as it should be. */
export type Fault = (
  call: Call,
) => Response | undefined | Promise<Response | undefined>;

/** How an answer lies. */
export interface Twist {
  /** Other vectors, or fewer. */
  vectors?(right: Float32Array[]): readonly Float32Array[];
  /** Whatever was asked for. */
  readonly encoding?: "base64" | "float";
  /** Other members of the answer; `undefined` takes one away. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** The body of a request. */
export interface Asked {
  readonly model: string;
  readonly input: readonly string[];
  readonly "encoding_format"?: string;
  readonly dimensions?: number;
}

/** What it is like when nothing is wrong. */
export interface Nature {
  readonly dimensions: number;
  /** Of each call. */
  readonly latencyMs?: number;
}

/** Starts a model on a free port. */
export function startEmbedServer(
  { dimensions, latencyMs = 0 }: Nature,
): EmbedServer {
  let calls = 0;
  const texts: string[] = [];
  const closing = Promise.withResolvers<void>();
  const server = serve(async (request) => {
    const index = calls++;
    const { headers } = request;
    const body: Asked = await request.json();
    const gone = () => Promise.race([closing.promise, end(request.signal)]);
    const answer = (how: Twist = {}) => {
      texts.push(...body.input);
      return answerTo({ dimensions, ...body }, how);
    };
    if (latencyMs > 0) await delay(latencyMs);
    const call: Call = { index, headers, body, gone, answer };
    return await model.fault(call) ?? answer();
  });
  const model: EmbedServer = {
    url: `${server.url}/v1`,
    get calls() {
      return calls;
    },
    texts,
    fault: () => undefined,
    [Symbol.asyncDispose]: () => {
      closing.resolve();
      return server[Symbol.asyncDispose]();
    },
  };
  return model;
}

/** As OpenAI says that it will not: its body of an error. */
export function errorAnswer(
  status: number,
  error: Readonly<Record<string, unknown>> = {},
  headers: HeadersInit = {},
): Response {
  const usual = { message: "No", type: "error", param: null, code: null };
  return Response.json({ error: { ...usual, ...error } }, { status, headers });
}

/** Too much was asked for: come back in `retryS` seconds. */
export function limited(retryS: number): Response {
  return errorAnswer(429, {}, { "retry-after": `${retryS}` });
}

/** Answers 400 to every call that has a text with `marker` in it. */
export function poisonedBy(marker: string): Fault {
  return ({ body }) =>
    body.input.some((text) => text.includes(marker))
      ? errorAnswer(400, { type: "invalid_request_error", param: "input" })
      : undefined;
}

/** Says nothing until the caller has gone. */
export async function hang({ gone }: Call): Promise<Response> {
  await gone();
  return new Response();
}

/** Begins to answer, and breaks the connection off. */
export function breakOff(): Response {
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"data":['));
    },
    pull: (controller) => controller.error(new Error("Broken off")),
  });
  return new Response(body, {
    headers: { "content-type": "application/json" },
  });
}

/** Answers as it should, `ms` later. */
export function slow(ms: number): Fault {
  return async ({ answer }) => {
    await delay(ms);
    return answer();
  };
}

function answerTo(
  { model, input, dimensions, ...asked }:
    & Asked
    & Pick<Nature, "dimensions">,
  { vectors = (right) => right, encoding, members }: Twist,
): Response {
  const isBase64 = (encoding ?? asked["encoding_format"]) === "base64";
  const right = input.map((text) => wordVector(text, dimensions));
  const data = vectors(right).map((vector, index) => ({
    object: "embedding",
    index,
    embedding: isBase64 ? toBase64(vector) : [...vector],
  }));
  const tokens = input.reduce((sum, text) => sum + wordsOf(text).length, 0);
  return Response.json({
    object: "list",
    model,
    data,
    usage: { "prompt_tokens": tokens, "total_tokens": tokens },
    ...members,
  });
}

function toBase64({ buffer }: Float32Array): string {
  const bytes = new Uint8Array(buffer);
  return btoa(Array.from(bytes, (it) => String.fromCharCode(it)).join(""));
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function end(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true })
  );
}

/**
 * Whose fault it is that a server of OpenAI's protocol has no vectors. No I/O.
 *
 * The protocol has statuses for it, and servers use them each in their own way,
 * so that what they say is read as well. It is read and never shown: some quote
 * the texts that they were given.
 *
 * @module
 */
import { isRecord } from "../record.ts";
import { EmbedFault, type FaultKind } from "./embedder.ts";
import { retryAfterOf } from "./retry_after.ts";

/** An answer, whatever it says. */
export interface Reply {
  /** 0 where a redirect is not shown. */
  readonly status: number;
  readonly headers: Headers;
  /** What its JSON says; `undefined` if it is none. */
  readonly body: unknown;
}

interface Failure {
  readonly status: number;
  readonly canWait: boolean;
  /** What the server calls it: its code, its type and the parameter. */
  readonly names: readonly string[];
  readonly message: string;
}

/**
 * Who has run out of money: OpenAI says 429, as if waiting would help. Source:
 * its guide "Error codes".
 */
const UNPAID = [
  "insufficient_quota",
  "billing_hard_limit_reached",
  "billing_not_active",
];

/** A model or a parameter of it. Sources: OpenAI, Mistral, Azure. */
const SETTINGS = [
  "model_not_found",
  "invalid_model",
  "DeploymentNotFound",
  "model",
  "dimensions",
];

/**
 * The same in words, with no name: OpenAI, vLLM and Ollama. From the beginning
 * on, where no server quotes a text.
 */
const ON_SETTINGS =
  /^(?:(?:the |invalid )?model\b(?!')|this model does not support|invalid value for 'dimensions')/i;

/**
 * Sources: llama.cpp's "input is too large to process", with status 500; OpenAI's
 * "maximum context length" and, of a batch, "Request too large", with 429;
 * Ollama's "exceeds the context length".
 */
const TOO_LONG =
  /\btoo (?:large|long)\b|\b(?:context|maximum) (?:length|size|window)\b/i;

/** Ollama, with status 500, of the same texts each time: ollama#15582. */
const NO_NUMBER = /unsupported value: NaN/;

/** From the surest sign to the weakest: the first that is seen counts. */
const SIGNS: readonly [
  sign: (failure: Failure) => boolean,
  kind: FaultKind,
  why: string,
][] = [
  [
    ({ status }) => status === 0 || status >= 300 && status < 400,
    "refused",
    "The provider's address sends one elsewhere",
  ],
  [
    ({ status, names }) => status === 402 || status < 500 && has(names, UNPAID),
    "refused",
    "The provider wants to be paid",
  ],
  [
    ({ status, message }) =>
      [400, 413, 422, 429, 500].includes(status) && TOO_LONG.test(message),
    "rejected",
    "The text is too long for the provider",
  ],
  [
    ({ status, message }) => status === 500 && NO_NUMBER.test(message),
    "rejected",
    "The model has no vector for the text",
  ],
  [
    ({ status, names, message }) =>
      // Not 429: "Model is overloaded", says text-embeddings-inference.
      [400, 403, 404, 422].includes(status) &&
      (has(names, SETTINGS) || ON_SETTINGS.test(message)),
    "refused",
    "The provider does not have the model, or not as it is asked for",
  ],
  [
    ({ status }) => status === 401 || status === 403,
    "refused",
    "The provider does not accept the key",
  ],
  [
    ({ status }) => [404, 405, 410].includes(status),
    "refused",
    "The provider has no such address or model",
  ],
  [
    ({ status, canWait }) => status === 429 || status === 503 && canWait,
    "limited",
    "The provider is asked for too much",
  ],
  [
    ({ status }) => [400, 413, 422].includes(status),
    "rejected",
    "The provider does not take the text",
  ],
];

/**
 * What an answer without vectors means, at `nowMs` of the epoch.
 *
 * @example The key is wrong, and waiting does not help
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { faultOf } from "./openai_fault.ts";
 *
 * const reply = { status: 401, headers: new Headers(), body: undefined };
 * equal(faultOf(reply, 0).kind, "refused");
 * ```
 */
export function faultOf(
  { status, headers, body }: Reply,
  nowMs: number,
): EmbedFault {
  const retryS = retryAfterOf(headers, nowMs);
  const failure = { status, canWait: retryS !== undefined, ...saidIn(body) };
  const [, kind = "failed", why = "The provider cannot answer"] =
    SIGNS.find(([sign]) => sign(failure)) ?? [];
  const wait = kind === "limited" || kind === "failed" ? retryS : undefined;
  return new EmbedFault(kind, `${why}: status ${status}`, wait);
}

/** Whether an answer says that vectors cannot be had in base64. */
export function refusesEncoding({ status, body }: Reply): boolean {
  if (status < 400) return false;
  const { names, message } = saidIn(body);
  return names.includes("encoding_format") ||
    message.includes("encoding_format");
}

/**
 * OpenAI, Ollama and llama.cpp have an `error` with members; vLLM and
 * text-embeddings-inference have the members alone, FastAPI has a `detail`.
 */
function saidIn(body: unknown): Pick<Failure, "names" | "message"> {
  const whole = isRecord(body) ? body : {};
  const error = isRecord(whole["error"]) ? whole["error"] : whole;
  const texts = (...members: string[]) =>
    members.map((it) => error[it]).filter((it) => typeof it === "string");
  const [message = ""] = texts("message", "error", "detail");
  return { names: texts("code", "type", "param"), message };
}

function has(names: readonly string[], known: readonly string[]): boolean {
  return names.some((it) => known.includes(it));
}

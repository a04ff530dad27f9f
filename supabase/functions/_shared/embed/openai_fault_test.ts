import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { FaultKind } from "./embedder.ts";
import { faultOf, refusesEncoding } from "./openai_fault.ts";

const NONE = new Headers();

/** As OpenAI wraps them. */
function openAi(error: Record<string, unknown>) {
  return { error: { message: "", type: "error", param: null, ...error } };
}

const TOO_LONG_500 =
  "input (700 tokens) is too large to process. increase the physical batch size";
const TOO_LONG_400 = "This model's maximum context length is 8192 tokens, " +
  "however you requested 8610 tokens";

/** What servers say, in their own words where these decide. */
const FAULTS: [
  why: string,
  status: number,
  body: unknown,
  kind: FaultKind,
][] = [
  ["a bad request", 400, undefined, "rejected"],
  ["a body that is too large", 413, undefined, "rejected"],
  ["what cannot be processed", 422, { detail: [] }, "rejected"],
  [
    "a text too long for OpenAI",
    400,
    openAi({ message: TOO_LONG_400 }),
    "rejected",
  ],
  [
    "too large a batch for text-embeddings-inference",
    413,
    { message: "batch size 64 > maximum allowed batch size 32", code: 413 },
    "rejected",
  ],
  [
    "a text too long for llama.cpp, which takes it for its own fault",
    500,
    openAi({ message: TOO_LONG_500, code: 500, type: "server_error" }),
    "rejected",
  ],
  [
    "a text too long for Ollama",
    500,
    { error: "the input length exceeds the context length" },
    "rejected",
  ],
  [
    "a text that Ollama has no number for",
    500,
    { error: "failed to encode response: json: unsupported value: NaN" },
    "rejected",
  ],
  [
    "a batch that is more than OpenAI's limit of a minute",
    429,
    openAi({ message: "Request too large for m on tokens per min" }),
    "rejected",
  ],
  ["no key", 401, undefined, "refused"],
  ["no money", 402, undefined, "refused"],
  ["no right", 403, undefined, "refused"],
  ["no such address", 404, undefined, "refused"],
  ["no POST", 405, undefined, "refused"],
  ["a redirect", 308, undefined, "refused"],
  ["a redirect that is not shown", 0, undefined, "refused"],
  [
    "a quota that is used up",
    429,
    openAi({ code: "insufficient_quota", type: "insufficient_quota" }),
    "refused",
  ],
  [
    "a model that OpenAI has not",
    400,
    openAi({ code: "model_not_found" }),
    "refused",
  ],
  ["a model that Mistral has not", 400, { type: "invalid_model" }, "refused"],
  ["a model that is none", 400, openAi({ param: "model" }), "refused"],
  [
    "dimensions that it has not",
    400,
    openAi({ param: "dimensions" }),
    "refused",
  ],
  [
    "dimensions that vLLM has not",
    400,
    { message: 'Model "bge-m3" does not support matryoshka representation' },
    "refused",
  ],
  [
    "dimensions that an old model has not",
    400,
    openAi({ message: "This model does not support specifying dimensions." }),
    "refused",
  ],
  ["too many who ask", 429, undefined, "limited"],
  ["text-embeddings-inference at work", 429, {
    message: "Model is overloaded",
    type: "overloaded",
  }, "limited"],
  ["a request that took too long", 408, undefined, "failed"],
  ["a conflict", 409, undefined, "failed"],
  ["a backend that is gone", 424, undefined, "failed"],
  ["a bug", 500, openAi({ message: "Internal error" }), "failed"],
  ["a gateway without a server", 502, undefined, "failed"],
  [
    "a model that is being loaded",
    503,
    openAi({ message: "Loading" }),
    "failed",
  ],
  ["a gateway that waits no longer", 504, undefined, "failed"],
  ["an empty answer", 204, undefined, "failed"],
];

for (const [why, status, body, kind] of FAULTS) {
  Deno.test(`faultOf() takes ${why} for "${kind}"`, () => {
    strictEqual(faultOf({ status, headers: NONE, body }, 0).kind, kind);
  });
}

Deno.test("faultOf() says how long to wait, if that is what helps", () => {
  const headers = new Headers({ "retry-after": "7" });
  const of = (status: number) => {
    const { kind, retryS } = faultOf({ status, headers, body: {} }, 0);
    return [kind, retryS];
  };

  deepStrictEqual(of(429), ["limited", 7]);
  deepStrictEqual(of(503), ["limited", 7]);
  deepStrictEqual(of(502), ["failed", 7]);
  deepStrictEqual(of(401), ["refused", undefined]);
  deepStrictEqual(of(400), ["rejected", undefined]);
});

Deno.test("faultOf() shows nothing that the provider says, but its status", () => {
  const body = openAi({
    message: "The text 'SECRET' is too long",
    code: "SECRET",
    param: "SECRET",
  });

  for (const status of [302, 400, 401, 404, 429, 500, 503]) {
    const { message } = faultOf({ status, headers: NONE, body }, 0);
    match(message, new RegExp(`: status ${status}$`));
    strictEqual(message.includes("SECRET"), false);
  }
});

Deno.test("refusesEncoding() is about base64, and about errors", () => {
  const body = openAi({ message: "encoding_format: base64 is not supported" });
  const of = (status: number, body: unknown) =>
    refusesEncoding({ status, headers: NONE, body });

  strictEqual(of(400, body), true);
  strictEqual(of(500, openAi({ param: "encoding_format" })), true);
  strictEqual(of(200, body), false);
  strictEqual(of(400, openAi({ param: "input" })), false);
  strictEqual(of(400, undefined), false);
});

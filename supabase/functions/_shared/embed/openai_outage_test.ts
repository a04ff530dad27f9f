import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import {
  breakOff,
  errorAnswer,
  type Fault,
  hang,
  limited,
  poisonedBy,
  startEmbedServer,
} from "../testing/embed_server.ts";
import { serve } from "../testing/server.ts";
import type { EmbedFault } from "./embedder.ts";
import { openAiEmbedder, type Provider } from "./openai.ts";

const DIMENSIONS = 8;

function at({ url }: { readonly url: string }, more: Partial<Provider> = {}) {
  const model = "a-model";
  return openAiEmbedder({ url, model, dimensions: DIMENSIONS, ...more });
}

function passages(signal = new AbortController().signal) {
  return { purpose: "passage", signal } as const;
}

/** Every fault of the provider's, as it is met over HTTP. */
const FAULTS: [
  why: string,
  fault: Fault,
  expected: Partial<EmbedFault>,
][] = [
  ["a text that it does not take", poisonedBy("b"), { kind: "rejected" }],
  ["too much that is asked for", () => limited(9), {
    kind: "limited",
    retryS: 9,
  }],
  ["a key that is not known", () => errorAnswer(401), { kind: "refused" }],
  ["an error of its own", () => errorAnswer(500), { kind: "failed" }],
  ["no JSON", () => new Response("<html>"), { kind: "failed" }],
  [
    "NaN, as Python writes it",
    () => new Response('{"data":[{"index":0,"embedding":[NaN]}]}'),
    { kind: "failed" },
  ],
  ["an empty answer", () => new Response(null, { status: 204 }), {
    kind: "failed",
  }],
  ["an answer that breaks off", breakOff, { kind: "failed" }],
  [
    "too few vectors",
    ({ answer }) => answer({ vectors: (it) => it.slice(1) }),
    {
      kind: "failed",
      message: "There are 1 vectors for 2 texts",
    },
  ],
  [
    "other dimensions",
    ({ answer }) =>
      answer({ vectors: (it) => it.map(() => Float32Array.of(1, 2)) }),
    {
      kind: "failed",
      message: "A vector has 2 dimensions instead of 8",
    },
  ],
  [
    "NaN",
    ({ answer }) => answer({ vectors: (it) => it.map((one) => one.fill(NaN)) }),
    {
      kind: "failed",
    },
  ],
  [
    "zeros",
    ({ answer }) => answer({ vectors: (it) => it.map((one) => one.fill(0)) }),
    {
      kind: "failed",
    },
  ],
];

for (const [why, fault, expected] of FAULTS) {
  Deno.test(`openAiEmbedder() tells ${why} apart: "${expected.kind}"`, async () => {
    await using server = startEmbedServer({ dimensions: DIMENSIONS });
    server.fault = fault;

    const asked = at(server).embed(["a", "b"], passages());

    await rejects(asked, { name: "EmbedFault", ...expected });
    strictEqual(server.calls, 1);
  });
}

Deno.test("openAiEmbedder() fails where nobody listens", async () => {
  const server = startEmbedServer({ dimensions: DIMENSIONS });
  await server[Symbol.asyncDispose]();

  await rejects(at(server).embed(["a"], passages()), {
    kind: "failed",
    message: "The provider cannot be reached, or has broken off",
  });
});

Deno.test("openAiEmbedder() fails when its time has passed", async () => {
  await using server = startEmbedServer({ dimensions: DIMENSIONS });
  server.fault = hang;

  const asked = at(server, { timeoutMs: 50 }).embed(["a"], passages());

  await rejects(asked, {
    kind: "failed",
    message: "The provider has not answered within 50 ms",
  });
});

Deno.test("openAiEmbedder() waits for the whole answer no longer than for its start", async () => {
  await using server = startEmbedServer({ dimensions: DIMENSIONS });
  server.fault = ({ gone }) =>
    new Response(
      new ReadableStream({
        async start(controller) {
          controller.enqueue(new TextEncoder().encode("{"));
          await gone();
        },
      }),
    );

  const asked = at(server, { timeoutMs: 50 }).embed(["a"], passages());

  await rejects(asked, { kind: "failed", message: /within 50 ms/ });
});

Deno.test("openAiEmbedder() blames nobody when the caller goes", async () => {
  await using server = startEmbedServer({ dimensions: DIMENSIONS });
  const leaving = new AbortController();
  // Whoever has gone does not hear the answer, however soon it comes.
  server.fault = () => {
    leaving.abort(new Error("Gone"));
    return undefined;
  };

  const asked = at(server).embed(["a"], passages(leaving.signal));

  await rejects(asked, { name: "Error", message: "Gone" });
});

Deno.test("openAiEmbedder() follows nobody elsewhere, and takes no key there", async () => {
  const canary: string[] = [];
  await using elsewhere = serve(({ url }) => {
    canary.push(url);
    return new Response();
  });
  await using server = startEmbedServer({ dimensions: DIMENSIONS });
  server.fault = () => Response.redirect(elsewhere.url, 307);

  await rejects(at(server, { key: "sk-1" }).embed(["a"], passages()), {
    kind: "refused",
    message: /^The provider's address sends one elsewhere/,
  });

  deepStrictEqual(canary, []);
});

Deno.test("openAiEmbedder() reads no answer without an end", async () => {
  let chunks = 0;
  const chunk = new Uint8Array(1 << 20).fill(0x20);
  await using server = startEmbedServer({ dimensions: DIMENSIONS });
  server.fault = () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          chunks++;
          controller.enqueue(chunk);
        },
      }),
    );

  await rejects(at(server).embed(["a"], passages()), { kind: "failed" });

  ok(chunks < 64, `${chunks} MiB were sent`);
});

Deno.test("openAiEmbedder() puts no text, key or answer into a fault", async () => {
  const SECRET = "geheim";
  const faults: Fault[] = [
    () => errorAnswer(400, { message: SECRET }),
    () => errorAnswer(401, { message: SECRET, code: SECRET }),
    () => errorAnswer(500, { message: SECRET }),
    () => new Response(SECRET),
    breakOff,
  ];
  await using server = startEmbedServer({ dimensions: DIMENSIONS });
  const embedder = at(server, { key: SECRET });

  for (const fault of faults) {
    server.fault = fault;
    const error = await embedder.embed([SECRET], passages()).catch((it) => it);
    ok(error instanceof Error);
    const { message, stack = "", cause } = error;
    strictEqual(`${message}${stack}`.includes(SECRET), false);
    strictEqual(cause, undefined);
  }
});

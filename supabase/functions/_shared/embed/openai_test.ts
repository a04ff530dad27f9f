import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { errorAnswer, startEmbedServer } from "../testing/embed_server.ts";
import { wordVector } from "../testing/word_vector.ts";
import { openAiEmbedder, type Provider } from "./openai.ts";
import { unitVector } from "./unit_vector.ts";

const DIMENSIONS = 8;

function at({ url }: { readonly url: string }, more: Partial<Provider> = {}) {
  const model = "a-model";
  return openAiEmbedder({ url, model, dimensions: DIMENSIONS, ...more });
}

function passages(signal = new AbortController().signal) {
  return { purpose: "passage", signal } as const;
}

Deno.test("openAiEmbedder() asks as OpenAI's reference has it, and no more", async () => {
  await using server = startEmbedServer({ dimensions: DIMENSIONS });
  const asked: unknown[] = [];
  server.fault = ({ headers, body }) => {
    asked.push([
      [...headers.keys()].sort(),
      headers.get("authorization"),
      body,
    ]);
    return undefined;
  };

  await at(server, { key: "sk-1" }).embed(["a", "b"], passages());

  deepStrictEqual(asked, [[
    [
      "accept",
      "accept-encoding",
      "accept-language",
      "authorization",
      "content-length",
      "content-type",
      "host",
      "user-agent",
    ],
    "Bearer sk-1",
    { model: "a-model", input: ["a", "b"], "encoding_format": "base64" },
  ]]);
});

Deno.test("openAiEmbedder() gives vectors of unit length, and what they cost", async () => {
  await using server = startEmbedServer({ dimensions: DIMENSIONS });

  const { vectors, tokens } = await at(server).embed(
    ["one two", "three"],
    passages(),
  );

  const expected = ["one two", "three"].map((text) =>
    unitVector(wordVector(text, DIMENSIONS), DIMENSIONS)
  );
  deepStrictEqual(vectors, expected);
  strictEqual(tokens, 3);
});

Deno.test("openAiEmbedder() has no key for a server of one's own", async () => {
  await using server = startEmbedServer({ dimensions: DIMENSIONS });
  let sent: unknown;
  server.fault = ({ headers }) => {
    sent = headers.get("authorization");
    return undefined;
  };

  await at(server).embed(["a"], passages());

  strictEqual(sent, null);
});

Deno.test("openAiEmbedder() asks nobody about no texts", async () => {
  await using server = startEmbedServer({ dimensions: DIMENSIONS });

  const answer = await at(server).embed([], passages());

  deepStrictEqual([answer, server.calls], [{ vectors: [], tokens: 0 }, 0]);
});

Deno.test("openAiEmbedder() puts before a text what its model wants", async () => {
  await using server = startEmbedServer({ dimensions: DIMENSIONS });
  const embedder = at(server, { model: "nomic-embed-text" });
  const { signal } = passages();

  await embedder.embed(["a"], { purpose: "passage", signal });
  await embedder.embed(["b"], { purpose: "query", signal });

  deepStrictEqual(server.texts, ["search_document: a", "search_query: b"]);
});

const SHORTENING: [model: string, told: boolean | undefined, sent: unknown][] =
  [
    ["text-embedding-3-small", undefined, DIMENSIONS],
    ["openai/text-embedding-3-large", undefined, DIMENSIONS],
    ["text-embedding-3-small", false, undefined],
    ["text-embedding-ada-002", undefined, undefined],
    ["my-text-embedding-3-small", undefined, undefined],
    ["qwen3-embedding", true, DIMENSIONS],
  ];

for (const [model, told, expected] of SHORTENING) {
  Deno.test(`openAiEmbedder() sends ${expected} dimensions to ${model}, told ${told}`, async () => {
    await using server = startEmbedServer({ dimensions: DIMENSIONS });
    let sent: unknown;
    server.fault = ({ body }) => {
      sent = body.dimensions;
      return undefined;
    };
    const more = told === undefined ? {} : { sendsDimensions: told };

    await at(server, { model, ...more }).embed(["a"], passages());

    strictEqual(sent, expected);
  });
}

Deno.test("openAiEmbedder() takes numbers where it has asked for base64", async () => {
  await using server = startEmbedServer({ dimensions: DIMENSIONS });
  const right = await at(server).embed(["one two"], passages());
  server.fault = ({ answer }) => answer({ encoding: "float" });

  const { vectors } = await at(server).embed(["one two"], passages());

  deepStrictEqual(vectors, right.vectors);
});

Deno.test("openAiEmbedder() learns which server refuses base64", async () => {
  await using server = startEmbedServer({ dimensions: DIMENSIONS });
  const asked: unknown[] = [];
  server.fault = ({ body }) => {
    asked.push(body["encoding_format"]);
    return body["encoding_format"] === "base64"
      ? errorAnswer(400, { param: "encoding_format" })
      : undefined;
  };

  await at(server).embed(["a"], passages());
  await at(server).embed(["b"], passages());

  deepStrictEqual(asked, ["base64", "float", "float"]);
  deepStrictEqual(server.texts, ["a", "b"]);
});

Deno.test("openAiEmbedder() estimates what a server does not count", async () => {
  await using server = startEmbedServer({ dimensions: DIMENSIONS });
  server.fault = ({ answer }) => answer({ members: { usage: undefined } });

  const { tokens } = await at(server).embed(["12345", "6789"], passages());

  strictEqual(tokens, 3);
});

Deno.test("openAiEmbedder() takes no more texts than an answer has room for", () => {
  const url = "http://127.0.0.1";
  const batchOf = (dimensions: number, maxBatch: number) =>
    at({ url }, { dimensions, maxBatch }).maxBatch;

  deepStrictEqual(
    [batchOf(384, 2048), batchOf(1536, 2048), batchOf(1e7, 5), batchOf(8, 1)],
    [2048, 910, 1, 1],
  );
  strictEqual(at({ url }).maxBatch, 64);
});

Deno.test({
  name: "openAiEmbedder() leaves no timer behind",
  sanitizeOps: true,
  async fn() {
    await using server = startEmbedServer({ dimensions: DIMENSIONS });

    await at(server).embed(["a"], passages());
  },
});

import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { startEmbedServer } from "./embed_server.ts";
import { wordVector } from "./word_vector.ts";

/** A question as OpenAI's own clients put it. */
function ask(url: string, body: unknown): Promise<Response> {
  return fetch(`${url}/embeddings`, {
    method: "POST",
    body: JSON.stringify(body),
  });
}

Deno.test("startEmbedServer() answers with OpenAI's members", async () => {
  await using server = startEmbedServer({ dimensions: 2 });

  const response = await ask(server.url, { model: "m", input: ["a", "b c"] });

  const { data, ...rest } = await response.json();
  deepStrictEqual(rest, {
    object: "list",
    model: "m",
    usage: { "prompt_tokens": 3, "total_tokens": 3 },
  });
  deepStrictEqual(data[1], {
    object: "embedding",
    index: 1,
    embedding: [...wordVector("b c", 2)],
  });
  deepStrictEqual([server.calls, server.texts], [1, ["a", "b c"]]);
});

Deno.test("startEmbedServer() has as many dimensions as it is asked for", async () => {
  await using server = startEmbedServer({ dimensions: 8 });

  const response = await ask(server.url, { input: ["a"], dimensions: 3 });

  const { data: [{ embedding }] } = await response.json();
  strictEqual(embedding.length, 3);
});

Deno.test("a fault of one call leaves the next alone, and embeds nothing", async () => {
  await using server = startEmbedServer({ dimensions: 2 });
  server.fault = ({ index }) =>
    index === 0 ? new Response("Busy", { status: 503 }) : undefined;

  const responses = [
    await ask(server.url, { input: ["a"] }),
    await ask(server.url, { input: ["b"] }),
  ];

  deepStrictEqual(responses.map(({ status }) => status), [503, 200]);
  deepStrictEqual([server.calls, server.texts], [2, ["b"]]);
  await Promise.all(responses.map((it) => it.body?.cancel()));
});

Deno.test("a caller that hangs is let go of when the server closes", async () => {
  const server = startEmbedServer({ dimensions: 2 });
  const asked = Promise.withResolvers<void>();
  server.fault = async ({ gone }) => {
    asked.resolve();
    await gone();
    return new Response();
  };
  const hanging = ask(server.url, { input: ["a"] });
  await asked.promise;

  await server[Symbol.asyncDispose]();

  strictEqual((await hanging).status, 200);
  await (await hanging).body?.cancel();
  await rejects(ask(server.url, { input: ["a"] }));
});

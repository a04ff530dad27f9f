import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { Journal } from "../telemetry/journal.ts";
import { testConfig } from "../testing/config.ts";
import { testScope } from "../testing/scope.ts";
import { startEmbedServer } from "../testing/embed_server.ts";
import { embedderFor } from "./embedders.ts";

const NOBODY = "http://127.0.0.1:1";
const { signal } = new AbortController();

Deno.test("embedderFor() finds static-en, which needs nobody", async () => {
  const model = { name: "static-en", dimensions: 100 };

  const embedder = await embedderFor(model, testScope(testConfig(NOBODY)));

  const { vectors } = await embedder.embed(["a house"], {
    purpose: "query",
    signal,
  });
  strictEqual(vectors[0]?.length, 100);
});

Deno.test("embedderFor() finds no gte-small outside of the platform", async () => {
  const model = { name: "gte-small", dimensions: 384 };

  await rejects(embedderFor(model, testScope(testConfig(NOBODY))), {
    kind: "refused",
    message: /gte-small/,
  });
});

Deno.test("embedderFor() asks EMBED_URL for every other model", async () => {
  await using server = startEmbedServer({ dimensions: 4 });
  const config = testConfig(NOBODY, {
    EMBED_URL: server.url,
    EMBED_KEY: "sk-1",
    EMBED_MAX_BATCH: "7",
    SENTRY_DSN: "http://public@127.0.0.1:1/1",
  });
  const journal = new Journal(new Headers(), config.sentry);
  const seen: unknown[] = [];
  server.fault = ({ headers, body: { model } }) => {
    seen.push(headers.get("authorization"), model);
    return undefined;
  };

  const embedder = await embedderFor(
    { name: "m", dimensions: 4 },
    { config, journal },
  );
  await embedder.embed(["a"], { purpose: "passage", signal });

  deepStrictEqual(seen, ["Bearer sk-1", "m"]);
  deepStrictEqual([embedder.maxBatch, embedder.dimensions], [7, 4]);
  const { host } = new URL(server.url);
  deepStrictEqual(journal.steps.map(({ name }) => name), [`POST ${host}`]);
});

Deno.test("embedderFor() names the setting that a model needs", async () => {
  const model = { name: "bge-m3", dimensions: 1024 };

  await rejects(embedderFor(model, testScope(testConfig(NOBODY))), {
    kind: "refused",
    message: "EMBED_URL must be set for the model bge-m3",
  });
});

Deno.test("embedderFor() refuses a model of other dimensions, and says both", async () => {
  const model = { name: "static-en", dimensions: 384 };

  await rejects(embedderFor(model, testScope(testConfig(NOBODY))), {
    kind: "refused",
    message: "The model static-en has 100 dimensions, and the index 384",
  });
});

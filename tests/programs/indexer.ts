/**
 * Works on the index of a database for ever, as `vector-index` does, run after
 * run. It does not care how many others do, nor that the database goes away.
 *
 *     indexer.ts <database> <provider> <budget as JSON>
 *
 * A text with the word `KILLER` kills it, before anybody has seen the text.
 *
 * @module
 */
import postgres from "postgres";
import type { Embedder } from "../../supabase/functions/_shared/embed/embedder.ts";
import { openAiEmbedder } from "../../supabase/functions/_shared/embed/openai.ts";
import { BUDGET } from "../../supabase/functions/vector-index/policy.ts";
import { supabaseQueue } from "../../supabase/functions/vector-index/queue.ts";
import { work } from "../../supabase/functions/vector-index/run.ts";
import { KILLER } from "../index/books.ts";
import { isAway } from "../index/outage.ts";
import { clientOf } from "../services/rpc.ts";

const [database = "", url = "", overrides = "{}"] = Deno.args;
const budget = { ...BUDGET, ...JSON.parse(overrides) };

/** Two, so that a sign of life need not wait for a batch. */
const sql = postgres(database, {
  max: 2,
  onnotice() {},
  backoff: () => 0.05,
  // What the client asks for by itself, when it fails, nobody can catch.
  "fetch_types": false,
});

/** Until the database is there again, or there is something to do. */
const PAUSE_MS = 25;

/** A provider may take as long as this. */
const TIMEOUT_MS = 3000;

function mortal(embedder: Embedder): Embedder {
  return {
    ...embedder,
    embed(texts, how) {
      const dies = texts.some((it) => it.includes(KILLER));
      if (dies) Deno.kill(Deno.pid, "SIGKILL");
      return embedder.embed(texts, how);
    },
  };
}

/** One run. */
async function runOnce(): Promise<void> {
  const queue = supabaseQueue(clientOf(sql), crypto.randomUUID());
  // Who was killed keeps its place for ten seconds: nobody waits for that here.
  await queue.begin();
  const { signal } = new AbortController();
  await work({
    queue,
    signal,
    embedder: ({ model, dimensions }) =>
      Promise.resolve(mortal(openAiEmbedder({
        ...{ url, model, dimensions, timeoutMs: TIMEOUT_MS },
      }))),
  }, budget);
}

/** Nobody wants an orphan's work. */
const parent = Deno.ppid;
setInterval(() => Deno.ppid !== parent && Deno.exit(), 500);

while (true) {
  try {
    await runOnce();
  } catch (error) {
    // deno-lint-ignore no-console -- a program that goes wrong says so
    if (!isAway(error)) console.error(error);
  }
  await new Promise((go) => setTimeout(go, PAUSE_MS));
}

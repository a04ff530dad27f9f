/**
 * `signed-download` when Storage fails half way: a real database, and a Storage
 * that is down, slow, wrong or lying.
 *
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { assertProblem } from "../supabase/functions/_shared/testing/assert.ts";
import signedDownload from "../supabase/functions/signed-download/index.ts";
import { type Between, between } from "./between.ts";
import { ask, itemsOf, linksOf, newcomer, put } from "./contracts/downloads.ts";
import { startWorld } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

const FN: Parameters<typeof between>[1] = ["signed-download", signedDownload];

/** Storage's own answer to what was asked, spoilt. */
function spoilt(spoil: (text: string) => string): Between {
  return async (_request, pass) => {
    const answer = await pass();
    return new Response(spoil(await answer.text()), answer);
  };
}

/** Ends when a link is kept, which is wrong, or could have been long ago. */
async function timeToKeepTooEarly(): Promise<void> {
  for (let n = 0; n < 100; n++) {
    const kept = await world.rows("select from portico.links");
    if (kept.length > 0) return;
    await new Promise((go) => setTimeout(go, 5));
  }
}

const FAULTS: [why: string, storage: Between][] = [
  ["is down", () => new Response("upstream down", { status: 503 })],
  ["answers garbage", () => new Response("<html>")],
  ["answers less than it was asked for", () => Response.json([])],
  ["fails inside", () => Response.json({ statusCode: "500" }, { status: 400 })],
  [
    "links to another object",
    spoilt((text) => text.replaceAll(/a\.txt\?/g, "b.txt?")),
  ],
  [
    "links to another host",
    spoilt((text) => text.replaceAll('"/object', '"//evil.example/object')),
  ],
  [
    "fails for the second of two buckets",
    async ({ url }, pass) => {
      if (!url.endsWith("/photos")) return await pass();
      await timeToKeepTooEarly();
      return new Response("", { status: 503 });
    },
  ],
];

for (const [why, storage] of FAULTS) {
  Deno.test(`U21 signed-download keeps no link when Storage ${why}`, async () => {
    await using place = between(world, FN, storage);
    const { person, token } = await newcomer(place);
    const path = await put(person, "a.txt", "a");
    await world.rows(
      "insert into storage.objects (bucket_id, name) values ('photos', $1)",
      [path],
    );

    const response = await ask(place, token, {
      items: [...itemsOf("documents", [path]), ...itemsOf("photos", [path])],
    });

    const title = "Storage unavailable";
    await assertProblem(response, { status: 502, title });
    deepStrictEqual(await linksOf(world, person.id), []);
  });
}

Deno.test("U21 signed-download waits 5 s for Storage, and keeps no link then", async () => {
  const { promise, resolve } = Promise.withResolvers<Response>();
  await using place = between(world, FN, () => promise);
  const { person, token } = await newcomer(place);
  const path = await put(person, "a.txt", "a");

  const before = performance.now();
  const response = await ask(place, token, {
    items: itemsOf("documents", [path]),
  });

  ok(performance.now() - before < 6_000);
  await assertProblem(response, { status: 504, title: "Timed out" });
  deepStrictEqual(await linksOf(world, person.id), []);
  resolve(new Response());
});

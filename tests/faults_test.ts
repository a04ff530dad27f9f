/**
 * `signed-upload` when what it stands on fails half way: a real database, and
 * a Storage that is down, wrong, or never answers.
 *
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { assertProblem } from "../supabase/functions/_shared/testing/assert.ts";
import signedUpload from "../supabase/functions/signed-upload/index.ts";
import { between } from "./between.ts";
import type { Place } from "./contracts/contract.ts";
import { ask, PHOTO } from "./contracts/uploads.ts";
import { startWorld, tokenOf } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

const FN: Parameters<typeof between>[1] = ["signed-upload", signedUpload];

async function askAsSomebody(place: Place): Promise<Response> {
  return await ask(place, await tokenOf(await world.newPerson()), PHOTO);
}

async function openUploads(): Promise<number> {
  const [row] = await world.rows<{ n: number }>(
    "select count(*)::int as n from portico.uploads",
  );
  return row?.n ?? NaN;
}

const FAULTS: [why: string, storage: () => Response][] = [
  ["is down", () => new Response("upstream down", { status: 503 })],
  ["answers garbage", () => new Response("<html>", { status: 200 })],
  ["gives no token", () => Response.json({ url: "/x" })],
  ["fails inside", () => Response.json({ statusCode: "500" }, { status: 400 })],
];

for (const [why, storage] of FAULTS) {
  Deno.test(`signed-upload leaves no row when Storage ${why}`, async () => {
    await using place = between(world, FN, storage);

    const response = await askAsSomebody(place);

    const title = "Storage unavailable";
    await assertProblem(response, { status: 502, title });
    strictEqual(await openUploads(), 0);
  });
}

Deno.test("signed-upload leaves no row when Storage never answers", async () => {
  const { promise, resolve } = Promise.withResolvers<Response>();
  await using place = between(world, FN, () => promise);

  const response = await askAsSomebody(place); // when its time is up

  await assertProblem(response, { status: 504, title: "Timed out" });
  // The row goes after the answer, which nobody holds up for it. The database
  // is in this process: its queries alone would let no network in between.
  const end = performance.now() + 10_000;
  while (await openUploads() > 0 && performance.now() < end) {
    await new Promise((go) => setTimeout(go));
  }
  strictEqual(await openUploads(), 0);
  resolve(new Response());
});

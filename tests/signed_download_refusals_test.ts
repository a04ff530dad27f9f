/**
 * What `signed-download` refuses, and that nothing is left of it.
 *
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { assertProblem } from "../supabase/functions/_shared/testing/assert.ts";
import signedDownload from "../supabase/functions/signed-download/index.ts";
import { BUCKETS } from "../supabase/functions/signed-download/policy.ts";
import { counting } from "./between.ts";
import { behindGateway } from "./contracts/contract.ts";
import {
  ask,
  itemsOf,
  linksOf,
  newcomer,
  put,
  urls,
} from "./contracts/downloads.ts";
import { endsOf } from "./ended_refusals.ts";
import { startWorld } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

const place = behindGateway(world, "signed-download");

const FN: Parameters<typeof counting>[1] = ["signed-download", signedDownload];

for (const [id, why, end] of endsOf(world)) {
  Deno.test(`${id} signed-download refuses a token whose person is ${why}`, async () => {
    const { person, token } = await newcomer(place);
    const path = await put(person, "a.txt", "a");
    const items = itemsOf("documents", [path]);
    await urls(place, token, items);
    await end(person);
    const before = await linksOf(world, person.id);

    const known = await ask(place, token, { items });
    const other = itemsOf("documents", [path], 61);
    const unknown = await ask(place, token, { items: other });

    const title = "Account not active";
    for (const response of [known, unknown]) {
      await assertProblem(response, { status: 403, title });
    }
    deepStrictEqual(await linksOf(world, person.id), before);
  });
}

const LIFETIMES: [why: string, expiresIn: unknown][] = [
  ["0", 0],
  ["-1", -1],
  ["half a second", 0.5],
  ["1e9", 1e9],
  ["a second past the cap", BUCKETS.documents.maxLifetimeS + 1],
  ["2^53 + 2", 2 ** 53 + 2],
  ["NaN", NaN],
  ["text", "60"],
  ["a list", [60]],
  ["nothing", undefined],
];

for (const [why, expiresIn] of LIFETIMES) {
  Deno.test(`U19 signed-download refuses a lifetime of ${why}`, async () => {
    const { person, token } = await newcomer(place);
    const path = await put(person, "a.txt", "a");

    const response = await ask(place, token, {
      items: [{ bucket: "documents", path, expiresIn }],
    });

    await assertProblem(response, { status: 422, title: "Invalid input" });
    deepStrictEqual(await linksOf(world, person.id), []);
  });
}

const NAMES: [why: string, name: unknown][] = [
  ["a line break and a header", "a\r\nset-cookie: a=b"],
  ["a quote", 'a".txt'],
  ["a climb", "../a.txt"],
  ["a backslash", "..\\a.txt"],
  ["text that turns round", "a\u202Etxt.exe"],
  ["an isolate", "a\u2067txt.exe"],
  ["3,000 letters", "a".repeat(3_000)],
  ["nothing", ""],
  ["false", false],
  ["a list", ["a.txt"]],
];

for (const [why, download] of NAMES) {
  Deno.test(`U18 signed-download refuses a name of ${why}`, async () => {
    const { person, token } = await newcomer(place);
    const path = await put(person, "a.txt", "a");
    const [item] = itemsOf("documents", [path]);

    const response = await ask(place, token, {
      items: [{ ...item, download }],
    });

    await assertProblem(response, { status: 422, title: "Invalid input" });
    deepStrictEqual(await linksOf(world, person.id), []);
  });
}

const BAD: [id: string, why: string, path: unknown][] = [
  ["U1", "..", "a/../b"],
  ["U1", "/./", "a/./b"],
  ["U1", "//", "a//b"],
  ["U1", "%2e%2e", "a/%2e%2e/b"],
  ["U1", "a backslash", "a\\..\\b"],
  ["U1", "a tab", "a/.\t./b"],
  ["U3", "a query", "a?token=x"],
  ["U3", "a fragment", "a#x"],
  ["U3", "a line break", "a\nb"],
  ["U4", "1,025 bytes", "a".repeat(1025)],
  ["U4", "nothing", ""],
  ["U5", "a letter that is not ASCII", "é.txt"],
];

for (const [id, why, path] of BAD) {
  Deno.test(`${id} signed-download refuses a path with ${why}`, async () => {
    const { token } = await newcomer(place);
    await using here = counting(world, FN);

    const response = await ask(here, token, {
      items: [{ bucket: "documents", path, expiresIn: 60 }],
    });

    await assertProblem(response, { status: 422, title: "Invalid input" });
    deepStrictEqual(here.calls, []);
  });
}

for (
  const bucket of ["avatars", "Photos", "photos/", "__proto__", ["photos"]]
) {
  Deno.test(`U6 signed-download refuses the bucket ${JSON.stringify(bucket)}`, async () => {
    const { token } = await newcomer(place);

    const response = await ask(place, token, {
      items: [{ bucket, path: "a", expiresIn: 60 }],
    });

    await assertProblem(response, { status: 422, title: "Invalid input" });
  });
}

/**
 * `signed-download` against a whole stack: what is given, and for how long it
 * stays the same.
 *
 * @module
 */
import {
  deepStrictEqual,
  notStrictEqual,
  ok,
  strictEqual,
} from "node:assert/strict";
import { assertProblem } from "../supabase/functions/_shared/testing/assert.ts";
import signedDownload from "../supabase/functions/signed-download/index.ts";
import { BUCKETS } from "../supabase/functions/signed-download/policy.ts";
import { counting } from "./between.ts";
import { behindGateway } from "./contracts/contract.ts";
import {
  answers,
  ask,
  fill,
  itemsOf,
  linksOf,
  newcomer,
  put,
  urls,
} from "./contracts/downloads.ts";
import { contract } from "./contracts/signed_download.ts";
import { startWorld } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

const place = behindGateway(world, "signed-download");

const FN: Parameters<typeof counting>[1] = ["signed-download", signedDownload];

async function get(url: string): Promise<Response> {
  const response = await fetch(url);
  return new Response(await response.text(), response);
}

for (const { name, run } of contract.clauses) {
  Deno.test(name, () => run(place));
}

Deno.test("signed-download answers supabase-js, and its links need no client", async () => {
  const { person } = await newcomer(place);
  const path = await put(person, "my file (1).txt", "hello");

  const { data, error } = await person.client.functions.invoke(
    "signed-download",
    {
      body: {
        items: [
          { bucket: "documents", path, expiresIn: 60, download: true },
          { bucket: "documents", path: `${person.id}/none`, expiresIn: 60 },
        ],
      },
    },
  );

  strictEqual(error, null);
  const [file, none] = data.items;
  const response = await get(file.url);
  strictEqual(await response.text(), "hello");
  strictEqual(response.headers.get("content-disposition"), "attachment;");
  const expires = Date.parse(response.headers.get("expires") ?? "");
  strictEqual(expires, Date.parse(file.expiresAt));
  deepStrictEqual(Object.keys(none), ["bucket", "path", "problem"]);
});

Deno.test("signed-download gives one link from two processes, and to ten requests at once", async () => {
  const { person, token } = await newcomer(place);
  const path = await put(person, "a.txt", "a");
  await using here = counting(world, FN);
  const items = itemsOf("documents", [path]);

  const together = await Promise.all(
    Array.from(
      { length: 10 },
      (_, n) => urls(n % 2 === 0 ? place : here, token, items),
    ),
  );
  const [later] = await urls(here, token, items);

  deepStrictEqual(new Set(together.flat()), new Set([later]));
  strictEqual((await linksOf(world, person.id)).length, 1);
});

Deno.test("signed-download gives a new link when the window is over", async () => {
  const { person, token } = await newcomer(place);
  const path = await put(person, "a.txt", "a");
  const items = itemsOf("documents", [path]);
  const [first = ""] = await urls(place, token, items);
  await world.rows(
    `update portico.links set fresh_until = now(), url = replace(url, '=', '=x')
     where person = $1`,
    [person.id],
  );

  const [second = ""] = await urls(place, token, items);

  ok(!second.includes("token=x"));
  strictEqual((await get(second)).status, 200);
  strictEqual((await get(first)).status, 200); // it has its own time
  strictEqual((await linksOf(world, person.id)).length, 1);
});

Deno.test("signed-download gives another link for another version", async () => {
  const { person, token } = await newcomer(place);
  const path = await put(person, "a.txt", "old");
  const items = itemsOf("documents", [path]);
  const [first = ""] = await urls(place, token, items);
  const next = new Blob(["new"], { type: "text/plain" });
  const files = world.service().storage.from("documents");
  await files.upload(path, next, { upsert: true });

  // Most often in the same second, in which Storage's tokens are equal.
  const [second = ""] = await urls(place, token, items);

  notStrictEqual(second, first);
  strictEqual(await (await get(second)).text(), "new");
  const [again] = await urls(place, token, items);
  strictEqual(again, second);
});

Deno.test("signed-download calls Storage once for a bucket, and not for links it knows", async () => {
  const { person, token } = await newcomer(place);
  const photos = await fill(world, person.id, 60);
  const documents = [];
  for (const n of [1, 2, 3]) documents.push(await put(person, `${n}`, `${n}`));
  const items = [
    ...itemsOf("photos", photos),
    ...itemsOf("documents", documents),
    ...itemsOf("photos", photos.map((it) => `${it}.none`)).slice(0, 37),
  ];
  await using here = counting(world, FN);

  const cold = await answers(here, token, items);
  const calls = here.calls.splice(0).sort();
  const known = await answers(here, token, items);

  strictEqual(items.length, 100);
  deepStrictEqual(calls, [
    "POST /storage/v1/object/sign/documents",
    "POST /storage/v1/object/sign/photos",
  ]);
  deepStrictEqual(here.calls, []);
  deepStrictEqual(known, cold);
  strictEqual(cold.filter(({ url }) => url !== undefined).length, 63);
  strictEqual((await linksOf(world, person.id)).length, 63);
});

Deno.test("U19 signed-download's longest link lives for the cap and the window", async () => {
  const { person, token } = await newcomer(place);
  const path = await put(person, "a.txt", "a");
  const { maxLifetimeS } = BUCKETS.documents;

  const items = itemsOf("documents", [path], maxLifetimeS);
  const [{ expiresAt = "" } = {}] = await answers(place, token, items);

  const lives = (Date.parse(expiresAt) - Date.now()) / 1000;
  ok(lives > maxLifetimeS && lives <= maxLifetimeS + 3600, `${lives} s`);
});

/** RFC 6266 §4.1 with RFC 8187 §3.2.1, and the semicolon that Storage ends with. */
const DISPOSITION =
  /^attachment; filename=[!#$%&*+.^_`|~\w-]+; filename\*=UTF-8''((?:[!#$&+.^_`|~A-Za-z0-9-]|%[0-9A-F]{2})+);$/;

const KEPT: [sent: string, saved: string][] = [
  ["plan.pdf", "plan.pdf"],
  ["Ü e\u0301.txt", "Ü é.txt"],
  ["👩‍🚀 100%.txt", "👩‍🚀 100%.txt"],
  ["Ann's (1).txt", "Ann’s [1].txt"],
  ["a&token=b;c=d", "a&token=b;c=d"],
];

for (const [sent, saved] of KEPT) {
  Deno.test(`U18 signed-download saves "${sent}" as "${saved}"`, async () => {
    const { person, token } = await newcomer(place);
    const path = await put(person, "a.txt", "a");
    const [item] = itemsOf("documents", [path]);

    const plain = await get((await urls(place, token, [item]))[0] ?? "");
    const items = [{ ...item, download: sent }];
    const named = await get((await urls(place, token, items))[0] ?? "");

    const header = named.headers.get("content-disposition") ?? "";
    const [, name = ""] = header.match(DISPOSITION) ?? [];
    strictEqual(decodeURIComponent(name), saved, header);
    named.headers.delete("content-disposition");
    deepStrictEqual([...named.headers.keys()], [...plain.headers.keys()]);
  });
}

Deno.test("signed-download signs each transform alone, six at once and twenty at most", async () => {
  const { person, token } = await newcomer(place);
  const paths = await fill(world, person.id, 21);
  const items = itemsOf("photos", paths)
    .map((it) => ({ ...it, transform: { width: 10, quality: 20 } }));
  await using here = counting(world, FN);

  const refused = await ask(here, token, { items });
  const before = here.calls.length;
  const given = await urls(here, token, items.slice(1));
  const calls = here.calls.splice(0);
  const known = await urls(here, token, items.slice(1));

  await assertProblem(refused, { status: 422, title: "Invalid input" });
  strictEqual(before, 0);
  const asked = paths.slice(1)
    .map((path) => `POST /storage/v1/object/sign/photos/${path}`);
  deepStrictEqual(calls.sort(), asked.sort());
  ok(here.atOnce() <= 6, `${here.atOnce()} at once`);
  deepStrictEqual(known, given);
  deepStrictEqual(here.calls, []);
});

Deno.test("signed-download keeps 5,000 links of a person, and gives more", async () => {
  const { person, token } = await newcomer(place);
  const path = await put(person, "a.txt", "a");
  await world.rows(
    `insert into portico.links
     select $1, 'photos', n::text, 60, '', '', '/x', now() + interval '1 day',
       now() + case when n > 4999 then interval '-1 s' else interval '1 h' end
     from generate_series(1, 5000) as n`,
    [person.id],
  );

  const lifetimes = [60, 61].map((it) => itemsOf("documents", [path], it));
  const given: (string | undefined)[] = [];
  for (const items of lifetimes) given.push(...await urls(place, token, items));
  const [first, second] = given;

  strictEqual((await get(first ?? "")).status, 200);
  strictEqual((await get(second ?? "")).status, 200);
  const kept = await linksOf(world, person.id);
  strictEqual(kept.length, 5000);
  strictEqual(kept.filter((it) => it.path === path).length, 1);
});

Deno.test("sweep removes links that are not given any more", async () => {
  const { person, token } = await newcomer(place);
  const paths = [await put(person, "a", "a"), await put(person, "b", "b")];
  await urls(place, token, itemsOf("documents", paths));
  await world.rows(
    "update portico.links set fresh_until = now() where path = $1",
    [paths[0]],
  );

  const sweep = behindGateway(world, "sweep");
  const response = await sweep.call("", {
    method: "POST",
    body: JSON.stringify({ tasks: ["links"] }),
    headers: {
      apikey: world.stack.keys.secret,
      "content-type": "application/json",
    },
  });

  strictEqual(response.status, 200, await response.text());
  const kept = await linksOf(world, person.id);
  deepStrictEqual(kept.map(({ path }) => path), [paths[1]]);
});

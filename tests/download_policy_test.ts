/**
 * What `signed-download/policy.ts` says, against what is in the database.
 *
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { publicUrl } from "../supabase/functions/signed-download/plan.ts";
import {
  BUCKETS,
  LIMIT,
} from "../supabase/functions/signed-download/policy.ts";
import { behindGateway } from "./contracts/contract.ts";
import { ask, itemsOf, newcomer } from "./contracts/downloads.ts";
import { startWorld } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

const place = behindGateway(world, "signed-download");

Deno.test("an object of a public bucket has a URL that nobody signs", async () => {
  const service = world.service().storage;
  await service.createBucket("open", { public: true });
  await service.from("open").upload("a b.txt", new Blob(["a"]));
  const item = { path: "a b.txt", expiresIn: 60, download: "é.txt" };

  // As if the policy had it: the name is all that is used of a bucket here.
  const bucket = "open" as keyof typeof BUCKETS;
  const url = publicUrl({ ...item, bucket }, {
    storage: `${world.stack.url}/storage/v1`,
    images: "",
  });
  const response = await fetch(url);

  strictEqual(await response.text(), "a");
  match(response.headers.get("content-disposition") ?? "", /''%C3%A9\.txt;$/);
});

Deno.test("the policy's buckets are there, and as public as it says", async () => {
  const rows = await world.rows<{ id: string; open: boolean }>(
    `select id, public as open from storage.buckets where id = any ($1)
     order by id`,
    [Object.keys(BUCKETS)],
  );

  const policy = Object.entries(BUCKETS).map(([id, { isPublic }]) => {
    return { id, open: isPublic };
  });
  deepStrictEqual(rows, policy.sort((a, b) => a.id < b.id ? -1 : 1));
});

Deno.test("the policy's rate is the one that SQL counts by", async () => {
  const { person, token } = await newcomer(place);
  await ask(place, token, { items: itemsOf("documents", ["x"]) })
    .then((it) => it.body?.cancel());
  const [row] = await world.rows<
    { name: string; tokens: number; body: string }
  >(
    `select name, tokens, pg_get_functiondef(
       'portico.admit_to_links'::regproc) as body
     from portico.rate_limits where subject = $1`,
    [person.id],
  );

  const { name, capacity, windowS } = LIMIT;
  deepStrictEqual([row?.name, row?.tokens], [name, capacity - 1]);
  match(row?.body ?? "", new RegExp(`'${name}', .*, ${capacity}, ${windowS}`));
});

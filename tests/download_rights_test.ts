/**
 * Who is given a link, and what it is good for.
 *
 * @module
 */
import {
  deepStrictEqual,
  match,
  notStrictEqual,
  strictEqual,
} from "node:assert/strict";
import signedDownload from "../supabase/functions/signed-download/index.ts";
import { LIMIT } from "../supabase/functions/signed-download/policy.ts";
import { between, counting } from "./between.ts";
import { behindGateway } from "./contracts/contract.ts";
import {
  answers,
  itemsOf,
  linksOf,
  newcomer,
  put,
  urls,
} from "./contracts/downloads.ts";
import { until } from "./until.ts";
import { startWorld, tokenOf } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

const place = behindGateway(world, "signed-download");

const FN: Parameters<typeof counting>[1] = ["signed-download", signedDownload];

async function get(url: string): Promise<Response> {
  const response = await fetch(url);
  return new Response(await response.text(), response);
}

Deno.test("U17 signed-download takes the same steps for another's object as for none", async () => {
  const alice = await newcomer(place);
  const bob = await newcomer(place);
  const hers = await put(alice.person, "a.txt", "hers");
  await using here = counting(world, FN);

  for (const path of [hers, `${hers}.none`, `${bob.person.id}/none`]) {
    const items = itemsOf("documents", [path]);
    const [{ url, problem } = { url: "" }] = await answers(
      here,
      bob.token,
      items,
    );
    strictEqual(url, undefined);
    strictEqual(problem?.["detail"], "You see no such object");
  }

  deepStrictEqual(here.calls, []);
});

const TAKEN_AWAY: [why: string, take: (path: string) => Promise<unknown>][] = [
  [
    "the object is deleted",
    (path) => world.service().storage.from("documents").remove([path]),
  ],
  [
    "the object is moved away",
    (path) => world.service().storage.from("documents").move(path, "x/y.txt"),
  ],
  [
    "a policy hides the object",
    (path) =>
      world.rows(
        `create policy "not this" on storage.objects as restrictive for select
         to authenticated using (name <> '${path}')`,
      ),
  ],
];

for (const [why, take] of TAKEN_AWAY) {
  Deno.test(`signed-download gives no link any more when ${why}, though it has one`, async () => {
    const { person, token } = await newcomer(place);
    const path = await put(person, "a.txt", "a");
    const items = itemsOf("documents", [path]);
    await urls(place, token, items);
    strictEqual((await linksOf(world, person.id)).length, 1);

    await take(path);
    const [answer] = await answers(place, token, items);
    await world.rows(`drop policy if exists "not this" on storage.objects`);

    strictEqual(answer?.url, undefined);
    strictEqual(answer?.problem?.["code"], "object_not_found");
  });
}

Deno.test("signed-download signs as the caller, so that policies decide twice", async () => {
  const { person, token } = await newcomer(place);
  const path = await put(person, "a.txt", "a");
  await using here = between(world, FN, async (_request, pass) => {
    // After SQL has found that the caller sees it, and before Storage looks.
    await world.rows(
      `create policy "not this" on storage.objects as restrictive for select
       to authenticated using (name <> '${path}')`,
    );
    const answer = await pass();
    await world.rows(`drop policy "not this" on storage.objects`);
    return answer;
  });

  const [answer] = await answers(
    here,
    token,
    itemsOf("documents", [path]),
  );

  strictEqual(answer?.problem?.["code"], "object_not_found");
  deepStrictEqual(await linksOf(world, person.id), []);
});

Deno.test("signed-download gives nobody the link of somebody else", async () => {
  const [alice, bob] = [await newcomer(place), await newcomer(place)];
  const path = await put(alice.person, "a.txt", "a");
  const items = itemsOf("documents", [path]);
  await world.rows(
    `create policy "for all" on storage.objects for select to authenticated
     using (name = '${path}')`,
  );
  await urls(place, alice.token, items);
  await world.rows(
    "update portico.links set url = url || '&hers' where person = $1",
    [alice.person.id],
  );

  const [hers = ""] = await urls(place, alice.token, items);
  const [his = ""] = await urls(place, bob.token, items);
  await world.rows(`drop policy "for all" on storage.objects`);

  strictEqual(hers.endsWith("&hers"), true);
  strictEqual(his.endsWith("&hers"), false);
  strictEqual((await get(his)).status, 200);
});

Deno.test("signed-download lets policies ask what Storage does", async () => {
  const { person, token } = await newcomer(place);
  const path = await put(person, "a.txt", "a");
  const items = itemsOf("documents", [path]);
  // One that it knows, so that Storage is not there to refuse it.
  await urls(place, token, items);
  await world.rows(
    `create policy "no links" on storage.objects as restrictive for select
     to authenticated
     using (storage.operation() is distinct from 'storage.object.sign_many')`,
  );

  const [answer] = await answers(place, token, items);
  await world.rows(`drop policy "no links" on storage.objects`);

  strictEqual(answer?.problem?.["code"], "object_not_found");
});

Deno.test("signed-download asks as the caller's own role", async () => {
  await world.rows("create role manager nologin");
  await world.rows("grant usage on schema storage, portico_api to manager");
  await world.rows("grant select on storage.objects to manager");
  await world.rows(
    `grant execute on function portico_api.open_links,
       portico.admit_to_links, portico.see_for_links, portico.recall_links
     to manager`,
  );
  const { person } = await newcomer(place);
  const path = await put(person, "a.txt", "a");
  const items = itemsOf("documents", [path]);
  await world.service().auth.admin.updateUserById(person.id, {
    role: "manager",
  });
  await person.client.auth.signInWithPassword(person);

  const [answer] = await answers(place, await tokenOf(person), items);

  strictEqual(answer?.problem?.["code"], "object_not_found");
});

Deno.test("U12 a link is good for its object, to read, until it expires", async () => {
  const { person, token } = await newcomer(place);
  const [a, b] = [await put(person, "a", "a"), await put(person, "b", "b")];
  const [url = ""] = await urls(place, token, itemsOf("documents", [a], 1));
  const { stack } = world;
  const link = new URL(url);
  const other = (path: string) =>
    `${stack.url}/storage/v1${path}${link.search}`;
  strictEqual((await get(url)).status, 200);

  const misused = [
    other(`/object/sign/documents/${b}`),
    other(`/object/sign/photos/${a}`),
    url.replace(
      /(token=[^&]*\.)(.)/,
      (_, head, it) => head + (it === "A" ? "B" : "A"),
    ),
    url.replace(/token=[^&]*/, ""),
  ];
  for (const it of misused) strictEqual((await get(it)).status, 400, it);
  const upload = await fetch(other(`/object/upload/sign/documents/${a}`), {
    method: "PUT",
    body: "x",
    headers: { "content-type": "text/plain" },
  });
  await upload.body?.cancel();
  strictEqual(upload.status, 400);
  const files = person.client.storage.from("documents");
  strictEqual(await (await files.download(a)).data?.text(), "a");

  await until(async () => (await get(url)).status === 400);
});

Deno.test("a person who calls SQL without the function gains nothing", async () => {
  const alice = await newcomer(place);
  const bob = await newcomer(place);
  const hers = await put(alice.person, "a.txt", "hers");
  await urls(place, alice.token, itemsOf("documents", [hers]));
  const sql = bob.person.client.schema("portico_api");
  const item = {
    bucket: "documents",
    path: hers,
    "lifetime_s": 60,
    options: "",
  };
  const link = { ...item, version: "1", url: "/evil", expires: 4e9 };

  const opened = await sql.rpc("open_links", { items: [item] });
  const kept = await sql.rpc("keep_links", {
    person: alice.person.id,
    links: [link],
  });
  const own = await put(bob.person, "b.txt", "his");
  const many = Array.from({ length: 101 }, () => ({ ...item, path: own }));
  const flooded = await sql.rpc("open_links", { items: many });
  const stranger = await world.anyone().schema("portico_api")
    .rpc("open_links", { items: [item] });
  const inner = await bob.person.client.schema("portico")
    .rpc("recall_links", { seen: [link] });

  deepStrictEqual(opened.data.links, []);
  strictEqual(kept.error?.code, "42501");
  strictEqual(flooded.data.links.length, 100);
  // Both were counted, in the bucket that the function counts in.
  strictEqual(flooded.data.left.remaining, LIMIT.capacity - 2);
  strictEqual(stranger.error?.code, "42501");
  match(inner.error?.message ?? "", /schema/i);
  const [hersNow] = await linksOf(world, alice.person.id);
  notStrictEqual(hersNow?.url, "/evil");
});

Deno.test("A15 a banned person who calls SQL without the function is told of no link", async () => {
  const { person, token } = await newcomer(place);
  const path = await put(person, "a.txt", "a");
  await urls(place, token, itemsOf("documents", [path]));
  const item = { bucket: "documents", path, "lifetime_s": 60, options: "" };
  const open = async () => {
    const { data } = await person.client.schema("portico_api")
      .rpc("open_links", { items: [item] });
    return [data.outcome, data.links.length];
  };

  const before = await open();
  await world.rows(
    "update portico.rate_limits set tokens = 0, taken_at = now() where subject = $1",
    [person.id],
  );
  const limited = await open();
  await world.service().auth.admin.updateUserById(person.id, {
    ban_duration: "24h",
  });
  const banned = await open();

  deepStrictEqual(before, ["opened", 1]);
  deepStrictEqual(limited, ["limited", 0]);
  deepStrictEqual(banned, ["not live", 0]);
});

Deno.test("nobody gets into schema portico, whoever may call what is in it", async () => {
  const { id } = await world.newPerson();
  const claims = { role: "authenticated", sub: id };
  for (
    const call of [
      "admit_to_links()",
      "see_for_links('{}', '[]')",
      "recall_links('[]')",
    ]
  ) {
    const done = await world.stack.database
      .as(claims, (sql) => sql.query(`select portico.${call}`))
      .catch(({ code }) => code);
    strictEqual(done, "42501", call);
  }
});

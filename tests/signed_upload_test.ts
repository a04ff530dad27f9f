/**
 * `signed-upload` against a whole stack. Every refusal is checked for what it
 * left behind: no row, no object, no file.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { assertProblem } from "../supabase/functions/_shared/testing/assert.ts";
import {
  type Bucket,
  BUCKETS,
  INBOX,
  QUARANTINE,
} from "../supabase/functions/signed-upload/policy.ts";
import { behindGateway } from "./contracts/contract.ts";
import { contract } from "./contracts/signed_upload.ts";
import * as uploads from "./contracts/uploads.ts";
import { endsOf } from "./ended_refusals.ts";
import { startWorld, tokenOf } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

const { PHOTO } = uploads;
const place = behindGateway(world, "signed-upload");
const traces = () => uploads.traces(place);

function ask(
  token: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return uploads.ask(place, token, body, headers);
}

for (const { name, run } of contract.clauses) {
  Deno.test(name, () => run(place));
}

const alice = await world.newPerson();
const token = await tokenOf(alice);

const NAMES: [id: string, why: string, name: unknown][] = [
  ["U1", "..", ".."],
  ["U1", "../", "../me.png"],
  ["U1", "a folder", "a/me.png"],
  ["U1", "%2e%2e", "%2e%2e/me.png"],
  ["U1", "%252e", "%252e%252e/me.png"],
  ["U1", "dots and a tab", ".\t./me.png"],
  ["U1", "a backslash", "..\\me.png"],
  ["U1", "an overlong dot", "%c0%ae%c0%ae/me.png"],
  ["U1", "full-width dots", "．．/me.png"],
  ["U1", "one-dot leaders", "․․/me.png"],
  ["U1", "/./", "/./me.png"],
  ["U1", "//", "//me.png"],
  ["U2", "the folder of one whose id begins alike", `${alice.id}evil/me.png`],
  ["U2", "the folder in upper case", `${alice.id.toUpperCase()}/me.png`],
  ["U2", "a zero-width space", "me\u200b.png"],
  ["U2", "a byte order mark", "\ufeffme.png"],
  ["U2", "a full-width digit", "me１.png"],
  ["U2", "a space behind", "me.png "],
  ["U2", "a dot behind", "me.png."],
  ["U3", "NUL", "me\0.png"],
  ["U3", "%00", "me%00.png"],
  ["U3", "a line break", "me\r\n.png"],
  ["U3", "a query", "me.png?token=x"],
  ["U3", "a fragment", "me.png#x"],
  ["U3", "a semicolon", "me.png;x"],
  ["U3", "a data stream", "me.png::$DATA"],
  ["U4", "1,025 bytes", "a".repeat(1025)],
  ["U4", "256 bytes", "a".repeat(256)],
  ["U4", "128 letters of 256 bytes", "é".repeat(128)],
  ["U4", "5,000 segments", "a/".repeat(900)],
  ["U4", "nothing", ""],
  ["U4", "a dot", "."],
  ["U4", "Storage's own placeholder", ".emptyFolderPlaceholder"],
  ["U5", "a composed letter", "caf\u00e9.png"],
  ["U5", "a decomposed letter", "cafe\u0301.png"],
  ["U5", "a ligature", "ﬁle.png"],
  ["U5", "a Cyrillic letter", "mе.png"],
];

for (const [id, why, name] of NAMES) {
  Deno.test(`${id} signed-upload refuses a name with ${why}`, async () => {
    const before = await traces();

    const response = await ask(token, { ...PHOTO, name });

    await assertProblem(response, { status: 422, title: "Invalid input" });
    deepStrictEqual(await traces(), before);
  });
}

Deno.test("U5 signed-upload keeps names that differ in case apart", async () => {
  const paths: string[] = [];
  for (const name of ["Case.png", "case.png"]) {
    const { object } = await (await ask(token, { ...PHOTO, name })).json();
    paths.push(object.path);
  }
  deepStrictEqual(paths, [`${alice.id}/Case.png`, `${alice.id}/case.png`]);
});

const FIELDS: [id: string, why: string, changes: Record<string, unknown>][] = [
  ["U6", "a bucket that is not listed", { bucket: "avatars" }],
  ["U6", "a bucket in upper case", { bucket: "Photos" }],
  ["U6", "a bucket with a slash", { bucket: "photos/" }],
  ["U6", "a bucket that climbs", { bucket: "photos/../documents" }],
  ["U6", "a bucket in an array", { bucket: ["photos"] }],
  ["U6", "the bucket __proto__", { bucket: "__proto__" }],
  ["U6", "the bucket toString", { bucket: "toString" }],
  ["U7", "-1 bytes", { bytes: -1 }],
  ["U7", "0 bytes", { bytes: 0 }],
  ["U7", "1.5 bytes", { bytes: 1.5 }],
  ["U7", "1e308 bytes", { bytes: 1e308 }],
  ["U7", "bytes as text", { bytes: "10" }],
  ["U7", "2^53 + 1 bytes", { bytes: 2 ** 53 + 2 }],
  ["U7", "no bytes", { bytes: undefined }],
  ["U10", "a type with a line break", { type: "image/png\r\nx-evil: 1" }],
  ["U10", "two types", { type: "image/png, text/html" }],
  ["U10", "a wildcard", { type: "image/*" }],
  ["U10", "a type with a parameter", { type: "image/png; charset=x" }],
  ["U10", "half a type", { type: "image/" }],
  ["U10", "a type in an array", { type: ["image/png"] }],
];

for (const [id, why, changes] of FIELDS) {
  Deno.test(`${id} signed-upload refuses ${why}`, async () => {
    const before = await traces();

    const response = await ask(token, { ...PHOTO, ...changes });

    await assertProblem(response, { status: 422, title: "Invalid input" });
    deepStrictEqual(await traces(), before);
  });
}

Deno.test("U7 signed-upload refuses -0 bytes", async () => {
  const body =
    '{"bucket":"photos","name":"a.png","type":"image/png","bytes":-0}';
  strictEqual((await ask(token, body)).status, 422);
});

Deno.test("U10 signed-upload folds the case of a type", async () => {
  const response = await ask(token, {
    ...PHOTO,
    name: "fold.png",
    type: "Image/PNG",
  });

  const { standard } = await response.json();
  deepStrictEqual(standard.headers, { "content-type": "image/png" });
});

Deno.test("signed-upload signs as the caller, so policies decide", async () => {
  const manager = await uploads.newManager(world);
  const before = await traces();

  const response = await ask(await tokenOf(manager), PHOTO);

  const title = "Upload not allowed";
  await assertProblem(response, { status: 403, title });
  deepStrictEqual(await traces(), before);
});

for (const [id, why, end] of endsOf(world)) {
  Deno.test(`${id} signed-upload refuses a token whose person is ${why}`, async () => {
    const person = await world.newPerson();
    const alive = await tokenOf(person);
    strictEqual((await ask(alive, PHOTO)).status, 201);
    await end(person);
    const before = await traces();

    const response = await ask(alive, { ...PHOTO, name: "after.png" });

    const title = "Account not active";
    await assertProblem(response, { status: 403, title });
    deepStrictEqual(await traces(), before);
  });
}

Deno.test("A13 signed-upload takes no key for a person", async () => {
  const { publishable, secret } = world.stack.keys;
  const before = await traces();

  for (const key of [publishable, secret]) {
    strictEqual((await ask(key, PHOTO, { apikey: key })).status, 401);
  }
  const { SUPABASE_SERVICE_ROLE_KEY: legacy = "" } = {
    SUPABASE_SERVICE_ROLE_KEY: await world.stack.keys.sign({
      role: "service_role",
      exp: 2_000_000_000,
    }),
  };
  strictEqual((await ask(legacy, PHOTO)).status, 401);
  deepStrictEqual(await traces(), before);
});

Deno.test("H13 signed-upload refuses a key that was used for another body", async () => {
  const bob = await world.newPerson();
  const own = await tokenOf(bob);
  const headers = { "idempotency-key": "once" };
  await ask(own, PHOTO, headers);
  const before = await traces();

  const response = await ask(own, { ...PHOTO, bytes: 2 }, headers);

  const title = "Idempotency key reused";
  await assertProblem(response, { status: 422, title });
  deepStrictEqual(await traces(), before);
  // Somebody else's key of the same name is another key.
  strictEqual((await ask(token, PHOTO, headers)).status, 201);
});

Deno.test("H13 signed-upload keeps what a second request was given", async () => {
  const bob = await world.newPerson();
  const own = await tokenOf(bob);
  const headers = { "idempotency-key": "once" };
  const { id } = await (await ask(own, PHOTO, headers)).json();
  const cancel = () =>
    world.service().schema("portico_api").rpc("cancel_upload", { upload: id });
  await ask(own, PHOTO, headers);

  await cancel(); // as the first request would, had its URL not been signed

  const rows = await world.rows(
    "select repeated from portico.uploads where id = $1",
    [id],
  );
  deepStrictEqual(rows, [{ repeated: true }]);
});

Deno.test("H13 signed-upload takes a request again whose file was rejected", async () => {
  const own = await tokenOf(await world.newPerson());
  const headers = { "idempotency-key": "once" };
  const wanted = { ...PHOTO, bytes: 6 };
  const first = await (await ask(own, wanted, headers)).json();
  await (await uploads.send(first, "<html>")).text();
  await (await uploads.complete(place, own, first.id)).text();

  const second = await ask(own, wanted, headers);

  strictEqual(second.status, 201);
  ok((await second.json()).id !== first.id);
});

Deno.test("signed-upload refuses what no text in Postgres can be", async () => {
  const before = await traces();

  for (const metadata of [{ a: "x\0" }, { "\0": 1 }]) {
    const response = await ask(token, { ...PHOTO, metadata });
    await assertProblem(response, { status: 422, title: "Invalid input" });
  }
  deepStrictEqual(await traces(), before);
});

Deno.test("H13 signed-upload repeats no ticket for a file that is there", async () => {
  const bob = await world.newPerson();
  const own = await tokenOf(bob);
  const headers = { "idempotency-key": "once" };
  const one = { ...PHOTO, bytes: uploads.PIXEL.length };
  const ticket = await (await ask(own, one, headers)).json();
  await (await uploads.send(ticket, uploads.PIXEL)).text();

  const response = await ask(own, one, headers);

  const title = "Object already exists";
  await assertProblem(response, { status: 409, title });
});

Deno.test("H13 signed-upload forgets a key with what it opened", async () => {
  const bob = await world.newPerson();
  const own = await tokenOf(bob);
  const headers = { "idempotency-key": "once" };
  const first = await (await ask(own, PHOTO, headers)).json();
  await world.rows(
    "update portico.uploads set expires_at = now() where owner = $1",
    [bob.id],
  );

  const second = await (await ask(own, PHOTO, headers)).json();

  ok(first.id !== second.id);
  const rows = await world.rows(
    "select id from portico.uploads where owner = $1",
    [bob.id],
  );
  deepStrictEqual(rows, [{ id: second.id }]);
});

Deno.test("portico.take() refills evenly, and never past its capacity", async () => {
  const take = async (after: string) => {
    await world.rows(
      "update portico.rate_limits set taken_at = now() - $1::interval where name = 't'",
      [after],
    );
    const [row] = await world.rows<{ quota: Record<string, unknown> }>(
      "select portico.take('t', 'x', 3, 6) as quota",
    );
    const { allowed, remaining, reset_s: resetS } = row?.quota ?? {};
    return [allowed, remaining, resetS];
  };

  deepStrictEqual(await take("0"), [true, 2, 0]);
  deepStrictEqual(await take("0"), [true, 1, 0]);
  deepStrictEqual(await take("0"), [true, 0, 2]);
  deepStrictEqual(await take("0"), [false, 0, 2]); // one more every 2 s
  deepStrictEqual(await take("1 second"), [false, 0, 1]);
  deepStrictEqual(await take("1 second"), [true, 0, 2]);
  deepStrictEqual(await take("1 hour"), [true, 2, 0]);
  deepStrictEqual(await take("-1 hour"), [true, 1, 0]); // a clock set back
});

Deno.test("U22 who asks as fast as they can gets sixty tickets, and the others theirs", async () => {
  const greedy = await tokenOf(await world.newPerson());
  const others = await Promise.all(
    Array.from(
      { length: 5 },
      async () => await tokenOf(await world.newPerson()),
    ),
  );
  // Two seconds of ten thousand a minute.
  const asking = Promise.all(
    Array.from(
      { length: 333 },
      (_, n) => ask(greedy, { ...PHOTO, name: `${n}.png` }),
    ),
  );

  const theirs = await Promise.all(others.map((it) => ask(it, PHOTO)));

  deepStrictEqual(theirs.map(({ status }) => status), Array(5).fill(201));
  const answers = await asking;
  const refused = answers.filter(({ status }) => status === 429);
  // One more comes free with each second.
  const given = answers.filter(({ status }) => status === 201).length;
  ok(given >= 60 && given < 120, String(given));
  strictEqual(given + refused.length, 333);
  ok(refused.every(({ headers }) => Number(headers.get("retry-after")) >= 1));
});

Deno.test("people delete their own files, whatever they ask for in SQL", async () => {
  const bob = await world.newPerson();
  await uploads.upload(place, await tokenOf(bob), "a.png");
  const claims = { role: "authenticated", sub: alice.id };

  await world.stack.database.as(claims, async (sql) => {
    // What Storage says of itself, and anybody could.
    await sql.query("set local storage.allow_delete_query = 'true'");
    await sql.query("delete from storage.objects");
  });

  const { data } = await bob.client.storage.from("photos").list(bob.id);
  deepStrictEqual(data?.map(({ name }) => name), ["a.png"]);
});

Deno.test("the policy and the buckets of the migration say the same", async () => {
  const rows = await world.rows<{ it: unknown }>(
    `select jsonb_build_array(id, public, file_size_limit, allowed_mime_types,
       shows_unverified) as it
     from storage.buckets left join portico.guarded_buckets on bucket = id
     -- Nothing is uploaded there.
     where id <> 'portico-variants' order by id`,
  );

  const policy = Object.entries<Bucket>(BUCKETS).map((
    [name, { maxBytes, types, unverified }],
  ) => [name, false, maxBytes, types, unverified === "readable"]);
  const all: readonly Bucket[] = Object.values(BUCKETS);
  const most = Math.max(...all.map(({ maxBytes }) => maxBytes));
  const types = all.flatMap(({ types }) => types);
  const own = [[INBOX, false, most, types, false], [
    ...[QUARANTINE, false, null, null, false],
  ]];
  deepStrictEqual(rows.map(({ it }) => it), [...policy, ...own].sort());
});

Deno.test("people may add files where the policy lets them arrive", async () => {
  const [row] = await world.rows<{ check: string }>(
    `select with_check as check from pg_policies
     where policyname = 'people add files to their own folder'`,
  );

  const named = row?.check.match(/'[\w-]+'/g) ?? [];
  const direct = Object.entries<Bucket>(BUCKETS)
    .filter(([, { publish }]) => publish === "directly")
    .map(([name]) => name);
  deepStrictEqual(named, [INBOX, ...direct].map((it) => `'${it}'`));
});

/**
 * Uploads that have arrived, when what looks at them fails half way: Storage is
 * down, lies or never answers; the process is killed between two steps; bytes
 * are swapped meanwhile. Nothing is verified that was not, counted twice, or
 * forgotten.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createHash } from "node:crypto";
import { assertProblem } from "../supabase/functions/_shared/testing/assert.ts";
import signedUpload from "../supabase/functions/signed-upload/index.ts";
import { between, dying } from "./between.ts";
import { behindGateway } from "./contracts/contract.ts";
import {
  arrive,
  ask,
  complete,
  PHOTO,
  PIXEL,
  send,
  settle,
} from "./contracts/uploads.ts";
import { until } from "./until.ts";
import { type Person, startWorld, tokenOf } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

const FN: Parameters<typeof between>[1] = ["signed-upload", signedUpload];
const healthy = behindGateway(world, "signed-upload");

/** Where the objects of `person` are, what they take up, and how they stand. */
async function standing({ id }: Person): Promise<unknown> {
  const [row] = await world.rows<{ it: unknown }>(
    `select jsonb_build_object(
       'at', (select coalesce(jsonb_agg(bucket_id), '[]') from storage.objects
         where owner_id = $1::uuid::text),
       'states', (select jsonb_agg(state) from portico.uploads
         where owner = $1::uuid),
       'bytes', (select sum(bytes) from portico.usage where owner = $1::uuid),
       'objects', (select sum(objects) from portico.usage
         where owner = $1::uuid)
     ) as it`,
    [id],
  );
  return row?.it;
}

const ARRIVED = {
  ...{ at: ["portico-inbox"], states: ["arrived"] },
  ...{ bytes: PIXEL.length, objects: 1 },
};
const VERIFIED = { ...ARRIVED, at: ["photos"], states: ["verified"] };
const REJECTED = { at: [], states: ["rejected"], bytes: 0, objects: 0 };

/** A page as a photo, which has arrived. */
async function violate(token: string): Promise<string> {
  const page = "<html>".padEnd(PIXEL.length);
  const wanted = { ...PHOTO, bytes: page.length };
  const ticket = await (await ask(healthy, token, wanted)).json();
  strictEqual((await send(ticket, page)).status, 200);
  return ticket.id;
}

/** Cron, a minute later: who has had an upload in hand may be dead by then. */
async function settleLater(): Promise<void> {
  await world.rows(
    "update portico.uploads set due_at = now() where due_at is not null",
  );
  strictEqual((await settle(healthy)).status, 200);
}

/** Storage's, of the pixel. */
const pixelEtag = `"${createHash("md5").update(PIXEL).digest("hex")}"`;

const FAULTS: [why: string, storage: () => Response][] = [
  ["is down", () => new Response("upstream down", { status: 503 })],
  ["answers garbage", () => new Response("<html>", { status: 200 })],
  ["fails inside", () => Response.json({ statusCode: "500" }, { status: 400 })],
  ["gives fewer bytes", () => {
    const last = PIXEL.length - 1;
    const range = `bytes 0-${last}/${PIXEL.length}`;
    const headers = { "content-range": range, etag: pixelEtag };
    return new Response(PIXEL.slice(1), { status: 206, headers });
  }],
];

for (const [why, storage] of FAULTS) {
  Deno.test(`U21 an upload that cannot be looked at since Storage ${why} waits`, async () => {
    const person = await world.newPerson();
    const token = await tokenOf(person);
    const { id } = await arrive(healthy, token);
    await using place = between(world, FN, storage);

    const response = await complete(place, token, id);

    const title = "Storage unavailable";
    await assertProblem(response, { status: 502, title });
    deepStrictEqual(await standing(person), ARRIVED);
    await settleLater();
    deepStrictEqual(await standing(person), VERIFIED);
  });
}

Deno.test("U21 an upload waits when Storage never answers, and its owner does not", async () => {
  const person = await world.newPerson();
  const token = await tokenOf(person);
  const { id } = await arrive(healthy, token);
  const { promise, resolve } = Promise.withResolvers<Response>();
  await using place = between(world, FN, () => promise);
  const began = performance.now();

  const response = await complete(place, token, id);

  await assertProblem(response, { status: 504, title: "Timed out" });
  ok(performance.now() - began < 6_000);
  deepStrictEqual(await standing(person), ARRIVED);
  resolve(new Response());
  await settleLater();
  deepStrictEqual(await standing(person), VERIFIED);
});

Deno.test("a verdict stands when Storage fails to move, and is followed later", async () => {
  const person = await world.newPerson();
  const token = await tokenOf(person);
  const { id } = await arrive(healthy, token);
  await using place = between(world, FN, ({ method }, pass) => {
    return method === "GET" ? pass() : new Response("", { status: 503 });
  });

  const response = await complete(place, token, id);

  await assertProblem(response, { status: 502, title: "Storage unavailable" });
  deepStrictEqual(await standing(person), { ...ARRIVED, states: ["accepted"] });
  await settleLater();
  deepStrictEqual(await standing(person), VERIFIED);
});

/** The requests that one completion makes, killed before or after each. */
for (const moment of ["before", "after"] as const) {
  for (let step = 1; step <= 4; step++) {
    Deno.test(`U15 an upload whose completion is killed ${moment} step ${step} of 4 is settled once`, async () => {
      const person = await world.newPerson();
      const token = await tokenOf(person);
      const { id } = await arrive(healthy, token);
      await using place = dying(world, FN, { step, moment });

      const lost = complete(place, token, id);
      await place.dead;
      await settleLater();

      deepStrictEqual(await standing(person), VERIFIED);
      place.bury();
      await (await lost).body?.cancel();
      deepStrictEqual(await standing(person), VERIFIED);
      strictEqual((await complete(healthy, token, id)).status, 200);
    });

    Deno.test(`U15 a violator whose completion is killed ${moment} step ${step} of 4 is removed`, async () => {
      const person = await world.newPerson();
      const token = await tokenOf(person);
      const id = await violate(token);
      await using place = dying(world, FN, { step, moment });

      const lost = complete(place, token, id);
      await place.dead;
      await settleLater();

      deepStrictEqual(await standing(person), REJECTED);
      place.bury();
      await (await lost).body?.cancel();
      deepStrictEqual(await standing(person), REJECTED);
    });
  }
}

Deno.test("an upload in hand is nobody else's for a minute, and then longer", async () => {
  const person = await world.newPerson();
  await arrive(healthy, await tokenOf(person));
  const claim = async () => {
    const { data } = await world.service().schema("portico_api")
      .rpc("claim_uploads", { size: 100, "max_bytes": 1e9 });
    const [row] = await world.rows<{ wait: number }>(
      `select round(extract(epoch from due_at - now()))::int as wait
       from portico.uploads where owner = $1`,
      [person.id],
    );
    await world.rows(
      "update portico.uploads set due_at = now() where due_at is not null",
    );
    return [data.length, row?.wait];
  };

  const waits = [];
  for (let time = 0; time < 8; time++) waits.push((await claim())[1]);

  deepStrictEqual(waits, [60, 120, 240, 480, 960, 1920, 3600, 3600]);
  await settleLater();
  deepStrictEqual(await claim(), [0, null]);
});

Deno.test("what was tried before is tried alone, and large ones one by one", async () => {
  const token = await tokenOf(await world.newPerson());
  for (const name of ["a", "b", "c", "d", "e"]) {
    await arrive(healthy, token, { name });
  }
  await world.rows(
    `update portico.uploads set due_at = now() - (case right(path, 1)
       when 'a' then 5 when 'b' then 4 when 'c' then 3 when 'd' then 2 else 1
     end) * interval '1 second', attempts = (right(path, 1) = 'c')::int
     where state = 'arrived'`,
  );
  const claim = async () => {
    const { data } = await world.service().schema("portico_api")
      .rpc("claim_uploads", { size: 4, "max_bytes": 2 * PIXEL.length });
    const names = data.map(({ path }: { path: string }) => path.at(-1));
    return names.sort().join("");
  };

  const claims = [];
  for (let time = 0; time < 4; time++) claims.push(await claim());

  deepStrictEqual(claims, ["ab", "c", "de", ""]);
  await settleLater();
});

Deno.test("two runs at once look at different uploads", async () => {
  const person = await world.newPerson();
  const token = await tokenOf(person);
  const names = Array.from({ length: 12 }, (_, n) => `${n}.png`);
  for (const name of names) await arrive(healthy, token, { name });

  const runs = await Promise.all([settle(healthy), settle(healthy)]);

  const tallies = await Promise.all(runs.map((it) => it.json()));
  strictEqual(tallies[0].verified + tallies[1].verified, 12);
  deepStrictEqual(
    tallies.map(({ elsewhere, failed }) => elsewhere + failed),
    [0, 0],
  );
});

Deno.test("U16 what is swapped while it is looked at is never published", async () => {
  const person = await world.newPerson();
  const token = await tokenOf(person);
  const { id, standard } = await arrive(healthy, token);
  await using place = between(world, FN, async ({ method }, pass) => {
    const answer = await pass();
    // Past the guard, which refuses it: the row of other bytes.
    if (method === "GET") {
      await world.stack.database.asOwner((sql) =>
        sql.run(
          `alter table storage.objects disable trigger portico_guard_object;
           update storage.objects set version = gen_random_uuid()
             where name = '${standard?.path}';
           alter table storage.objects enable trigger portico_guard_object`,
        )
      );
    }
    return answer;
  });

  const response = await complete(place, token, id);

  strictEqual(response.status, 502);
  await response.body?.cancel();
  await settleLater();
  deepStrictEqual(await standing(person), { ...ARRIVED, states: ["accepted"] });
  // It is its owner's to give up.
  const headers = { authorization: `Bearer ${token}` };
  const closed = await healthy.call(`/${id}`, { method: "DELETE", headers });
  await settleLater();
  strictEqual(closed.status, 204);
  deepStrictEqual(await standing(person), REJECTED);
});

Deno.test("what somebody has sent goes with their account", async () => {
  const person = await world.newPerson();
  await arrive(healthy, await tokenOf(person));
  await world.service().auth.admin.deleteUser(person.id);
  const left = () =>
    world.rows(
      `select from storage.objects
       where bucket_id = 'portico-inbox' and name like $1 || '/%'`,
      [person.id],
    );

  const { strays: early } = await (await settle(healthy)).json();
  await world.rows(
    "update storage.objects set created_at = now() - interval '2 hours'",
  );
  const { strays: late } = await (await settle(healthy)).json();

  deepStrictEqual([early, late], [0, 1]);
  strictEqual((await left()).length, 0);
});

Deno.test("what arrives is settled without its client, by the guard's nudge", async () => {
  const person = await world.newPerson();
  await world.rows("update portico.jobs set woken_at = '-infinity'");

  await arrive(healthy, await tokenOf(person));

  await until(async () => {
    const { states } = await standing(person) as { states: string[] };
    return states[0] === "verified";
  });
  deepStrictEqual(await standing(person), VERIFIED);
  await world.rows("update portico.jobs set woken_at = 'infinity'");
});

Deno.test("what arrives does so where no nudge can be sent", async () => {
  const person = await world.newPerson();
  const token = await tokenOf(person);
  const names = await world.rows("select name from vault.secrets");
  await world.rows("update vault.secrets set name = name || '-away'");
  await world.rows("update portico.jobs set woken_at = '-infinity'");

  await arrive(healthy, token);

  await world.rows("update portico.jobs set woken_at = 'infinity'");
  await world.rows(
    "update vault.secrets set name = replace(name, '-away', '')",
  );
  deepStrictEqual(await world.rows("select name from vault.secrets"), names);
  deepStrictEqual(await standing(person), ARRIVED);
});

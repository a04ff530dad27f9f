/**
 * What does a ticket cost over a signed URL of Storage's own, what does the
 * guard cost an object that arrives, and what does it cost to look at one?
 *
 * Everything runs against a local stack in this process. The contestants take
 * turns; the numbers are medians.
 *
 *     deno task bench signed_upload
 *
 * @module
 */
import type { Sql } from "../local/database.ts";
import { KiB, MiB } from "../supabase/functions/_shared/units.ts";
import { behindGateway } from "../tests/contracts/contract.ts";
import {
  ask,
  complete,
  largePng,
  PHOTO,
  send,
} from "../tests/contracts/uploads.ts";
import { startWorld, tokenOf } from "../tests/world.ts";
import { median, table } from "../tools/report.ts";

const ROUNDS = 200;
const WARM_UP = 20;
const EXPIRED = 10_000;

const world = await startWorld();
const { stack } = world;
const person = await world.newPerson();
const token = await tokenOf(person);
const place = behindGateway(world, "signed-upload");

async function timed(work: () => Promise<unknown>): Promise<number> {
  const at = performance.now();
  await work();
  return performance.now() - at;
}

/** A ticket, by plain HTTP as supabase-js would send it. */
async function ticket(round: number): Promise<void> {
  const { error } = await person.client.functions.invoke("signed-upload", {
    body: { bucket: "photos", name: `t${round}`, type: "image/png", bytes: 9 },
    headers: { authorization: `Bearer ${token}` },
  });
  if (error) throw error;
}

/** Storage's own, in a bucket that no ticket guards. */
async function signedUrl(round: number): Promise<void> {
  const { error } = await person.client.storage.from("open")
    .createSignedUploadUrl(`${person.id}/s${round}`);
  if (error) throw error;
}

await stack.database.asRole("postgres", (sql) =>
  sql.run(`
    insert into storage.buckets (id, name) values ('open', 'open');
    create function public.mine(name text) returns boolean language sql
      as $$ select (storage.foldername(name))[1] = auth.uid()::text $$;
  `));
await stack.database.asOwner((sql) =>
  sql.run(`create policy mine on storage.objects for insert to authenticated
    with check (bucket_id = 'open' and public.mine(name))`)
);

const times: Record<string, number[]> = { ticket: [], "signed URL": [] };
for (let round = -WARM_UP; round < ROUNDS; round++) {
  // The limit is sixty a minute, and not what is measured here.
  await world.rows("delete from portico.rate_limits");
  const spent = [
    await timed(() => ticket(round)),
    await timed(() => signedUrl(round)),
  ];
  if (round < 0) continue;
  times["ticket"]?.push(spent[0] ?? NaN);
  times["signed URL"]?.push(spent[1] ?? NaN);
}
const base = median(times["signed URL"] ?? []);
table(
  ["issued", "ms, median", "ms, 99 of 100", "÷ signed URL"],
  Object.entries(times).map(([name, all]) => [
    name,
    median(all).toFixed(2),
    (all.toSorted((a, b) => a - b)[Math.floor(all.length * 0.99)] ?? NaN)
      .toFixed(2),
    (median(all) / base).toFixed(2),
  ]),
);

/** How many of `work` there are in a second, ten at a time. */
async function perSecond(
  work: (round: number) => Promise<void>,
): Promise<number> {
  let round = ROUNDS;
  const spent = await timed(() =>
    Promise.all(
      Array.from({ length: 10 }, async () => {
        while (round < 2 * ROUNDS) await work(round++);
      }),
    )
  );
  return ROUNDS / spent * 1000;
}

const rates = {
  ticket: await perSecond(async (round) => {
    await world.rows("delete from portico.rate_limits");
    await ticket(round);
  }),
  "signed URL": await perSecond(signedUrl),
};
table(
  ["issued, ten at a time", "in a second"],
  Object.entries(rates).map(([name, rate]) => [name, rate.toFixed(0)]),
);

/** Inserts an object of one byte, as Storage does at the end. */
function insert(sql: Sql, bucket: string, name: string): Promise<unknown> {
  return sql.query(
    `insert into storage.objects (bucket_id, name, owner_id, version, metadata)
     values ($1, $2, $3, gen_random_uuid(),
       '{"size": 1, "mimetype": "image/png"}')`,
    [bucket, name, person.id],
  );
}

const WAYS = ["no trigger", "another bucket", "a guarded bucket"] as const;
const inserts: Record<typeof WAYS[number], number[]> = {
  "no trigger": [],
  "another bucket": [],
  "a guarded bucket": [],
};
for (let round = -WARM_UP; round < ROUNDS; round++) {
  for (const way of WAYS) {
    const bucket = way === "a guarded bucket" ? "photos" : "open";
    const name = `i${way}${round}`;
    await stack.database.asOwner(async (sql) => {
      const onOff = way === "no trigger" ? "disable" : "enable";
      await sql.run(
        `alter table storage.objects ${onOff} trigger portico_guard_object`,
      );
      await sql.query(
        `insert into portico.uploads (owner, bucket, path, at_bucket, at_path,
           type, bytes, expires_at) values ($1, 'photos', $2, 'photos', $2,
           'image/png', 1, now() + interval '1 hour')`,
        [person.id, name],
      );
      const spent = await timed(() => insert(sql, bucket, name));
      if (round >= 0) inserts[way].push(spent);
    });
  }
}
const bare = median(inserts["no trigger"]);
table(
  ["insert of an object into", "ms, median", "over no trigger, ms"],
  WAYS.map((way) => [
    way,
    median(inserts[way]).toFixed(2),
    (median(inserts[way]) - bare).toFixed(2),
  ]),
);

const SIZES = [64 * KiB, 1 * MiB, 10 * MiB];
const LOOKS = 15;

/** A WebP of `bytes` bytes: its picture is noise, and its ends are right. */
function largeWebp(bytes: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(bytes);
  const view = new DataView(whole.buffer);
  const text = (at: number, it: string) =>
    whole.set(new TextEncoder().encode(it), at);
  text(0, "RIFF");
  view.setUint32(4, bytes - 8, true);
  text(8, "WEBPVP8 ");
  view.setUint32(16, bytes - 20, true);
  whole.set([0, 0, 0, 0x9d, 0x01, 0x2a, 1, 0, 1, 0], 20);
  return whole;
}

/** Milliseconds that `complete` takes for each of `files`, in turns. */
async function looks(files: Readonly<Record<string, Wanted>>) {
  const times: Record<string, number[]> = {};
  for (let round = -2; round < LOOKS; round++) {
    for (const [name, { type, file }] of Object.entries(files)) {
      await world.rows("delete from portico.rate_limits");
      const wanted = { ...PHOTO, name: crypto.randomUUID(), type };
      const asked = await ask(place, token, { ...wanted, bytes: file.length });
      const { id, ...ticket } = await asked.json();
      await (await send({ id, ...ticket }, file)).body?.cancel();
      const spent = await timed(async () => {
        const response = await complete(place, token, id);
        if (!response.ok) throw new Error(await response.text());
        await response.body?.cancel();
      });
      if (round >= 0) (times[name] ??= []).push(spent);
    }
  }
  return times;
}

interface Wanted {
  readonly type: string;
  readonly file: Uint8Array<ArrayBuffer>;
}

const files = Object.fromEntries(SIZES.flatMap((bytes) => [
  [`WebP of ${bytes / KiB} KiB`, {
    type: "image/webp",
    file: largeWebp(bytes),
  }],
  [`PNG of ${bytes / KiB} KiB`, { type: "image/png", file: largePng(bytes) }],
]));
const looked = await looks(files);
const least = median(looked["WebP of 64 KiB"] ?? []);
table(
  ["completed", "ms, median", "÷ WebP of 64 KiB"],
  Object.entries(looked).map(([name, all]) => [
    name,
    median(all).toFixed(1),
    (median(all) / least).toFixed(2),
  ]),
);

await world.rows("delete from portico.uploads");
await world.rows(
  `insert into portico.uploads (owner, bucket, path, at_bucket, at_path, type,
     bytes, expires_at)
   select $1, 'photos', n::text, 'photos', n::text, 'image/png', 1, now()
   from generate_series(1, $2::int) as n`,
  [person.id, EXPIRED],
);
const swept = await timed(async () => {
  const response = await fetch(`${stack.url}/functions/v1/sweep`, {
    method: "POST",
    body: JSON.stringify({ tasks: ["uploads"] }),
    headers: {
      apikey: stack.keys.secret,
      "content-type": "application/json",
    },
  });
  const { tasks: [{ removed }] } = await response.json();
  if (removed !== EXPIRED) throw new Error(`${removed} removed`);
});
table(["expired reservations swept in one run", "s"], [
  [String(EXPIRED), (swept / 1000).toFixed(1)],
]);

await world[Symbol.asyncDispose]();
Deno.exit(0); // PGlite leaves a timer behind

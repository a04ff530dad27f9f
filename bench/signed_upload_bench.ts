/**
 * What does a ticket cost over a signed URL of Storage's own, and what does the
 * guard cost an object that arrives?
 *
 * Everything runs against a local stack in this process. The contestants take
 * turns; the numbers are medians.
 *
 *     deno task bench signed_upload
 *
 * @module
 */
import type { Sql } from "../local/database.ts";
import { startWorld, tokenOf } from "../tests/world.ts";
import { median, table } from "../tools/report.ts";

const ROUNDS = 200;
const WARM_UP = 20;
const EXPIRED = 10_000;

const world = await startWorld();
const { stack } = world;
const person = await world.newPerson();
const token = await tokenOf(person);

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
        `insert into portico.uploads (owner, bucket, path, type, bytes,
           expires_at) values ($1, 'photos', $2, 'image/png', 1,
           now() + interval '1 hour')`,
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

await world.rows("delete from portico.uploads");
await world.rows(
  `insert into portico.uploads (owner, bucket, path, type, bytes, expires_at)
   select $1, 'photos', n::text, 'image/png', 1, now()
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

/**
 * Why `local/lock.ts` exists: PGlite is one session, and two requests on it
 * would run under each other's role.
 *
 * @module
 */
import { deepStrictEqual, equal, ok } from "node:assert/strict";
import { openPlatform } from "./platform.ts";

const platform = await openPlatform();
Deno.test.afterAll(async () => await platform[Symbol.asyncDispose]());

const { database } = platform;
// What a migration would make: rows that belong to whoever wrote them.
await database.asOwner((sql) =>
  sql.run(`
    create table public.notes (owner uuid not null default auth.uid());
    alter table public.notes enable row level security;
    create policy "Owners see and write their notes" on public.notes
      using (owner = auth.uid()) with check (owner = auth.uid());
  `)
);

const ADA = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";
const BOB = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb";

/** A transaction as REST runs it: statement by statement, on the session. */
async function byHand(sub: string): Promise<string[]> {
  const { driver: pglite } = database.session.connection;
  await pglite.query("begin");
  await pglite.query(
    `select set_config('role', 'authenticated', true),
       set_config('request.jwt.claims', $1, true)`,
    [JSON.stringify({ role: "authenticated", sub })],
  );
  const { rows } = await pglite
    .query<{ owner: string }>("select owner from public.notes");
  await pglite.query("commit");
  return rows.map(({ owner }) => owner);
}

async function writeNotes(): Promise<void> {
  for (const sub of [ADA, BOB]) {
    const claims = { role: "authenticated", sub };
    await database.as(
      claims,
      (sql) => sql.query("insert into public.notes default values"),
    );
  }
}

Deno.test("one session without the lock shows people each other's rows", async () => {
  await writeNotes();

  // The lock is held around both, so that neither waits for the other.
  const [ada = []] = await database.session.lock.hold(() =>
    Promise.all([ADA, BOB].map((sub) => byHand(sub)))
  );

  equal(ada.includes(BOB), true);
});

Deno.test("Database.as() and the lock keep people's rows apart", async () => {
  await writeNotes();
  const people = Array.from({ length: 100 }, (_, n) => n % 2 ? ADA : BOB);

  const seen = await Promise.all(people.map(async (sub, n) => {
    if (n % 3 === 0) {
      const { lock } = database.session;
      return await lock.hold(() => byHand(sub));
    }
    return await database.as(
      { role: "authenticated", sub },
      async (sql) => {
        await sql.query("insert into public.notes default values");
        const rows = await sql
          .query<{ owner: string }>("select owner from public.notes");
        return rows.map(({ owner }) => owner);
      },
    );
  }));

  for (const [n, owners] of seen.entries()) {
    ok(owners.length > 0);
    deepStrictEqual(new Set(owners), new Set([people[n]]));
  }
});

/**
 * What does each API of the local stack cost over the work that it stands on?
 *
 * One client asks over loopback HTTP, one request after another on a warm
 * connection. Each operation takes turns with a peer that does the same work in
 * this process, without HTTP and without the stack's rules.
 *
 *     deno task bench local_stack
 *
 * @module
 */
import { createClient } from "@supabase/supabase-js";
import { serve } from "../supabase/functions/_shared/testing/server.ts";
import { startWorld } from "../tests/world.ts";
import { median, table } from "../tools/report.ts";

const ROUNDS = 200;
const WARM_UP = 20;
const MEGABYTE = new Uint8Array(1024 * 1024).fill(7);

/** One thing that the stack does, and what it stands on. */
interface Operation {
  readonly name: string;
  readonly peer: string;
  /** Fewer for what is slow. */
  readonly rounds?: number;
  run(round: number): Promise<unknown>;
  runPeer(round: number): Promise<unknown>;
}

const world = await startWorld();
const { stack } = world;
const person = await world.newPerson();
const { data: { session } } = await person.client.auth.getSession();
const claims = { role: "authenticated", sub: person.id };

const arrivals: (() => void)[] = [];
const receiver = serve(() => {
  arrivals.shift()?.();
  return new Response();
});
await stack.database.asRole("postgres", (sql) =>
  sql.run(`
    create table public.notes (
      id bigint generated always as identity primary key,
      owner uuid not null default auth.uid(),
      body text not null
    );
    alter table public.notes enable row level security;
    create policy own on public.notes to authenticated
      using (owner = (select auth.uid()))
      with check (owner = (select auth.uid()));
    create table public.orders (id bigint generated always as identity);
    create trigger hook after insert on public.orders for each row
      execute function supabase_functions.http_request(
        '${receiver.url}', 'POST', '{}', '{}', '5000');
    create function public.plus(a int, b int) returns int language sql
      as 'select a + b';
    notify pgrst, 'reload schema';
  `));
const [note] = await world.rows<{ id: number }>(
  "insert into public.notes (owner, body) values ($1, 'x') returning id",
  [person.id],
);
const hash = (await world.rows<{ it: string }>(
  "select encrypted_password as it from auth.users where id = $1",
  [person.id],
))[0]?.it;

const folder = await Deno.makeTempDir({ prefix: "portico-bench-" });
await Deno.writeFile(`${folder}/file`, MEGABYTE);
const bareServer = serve(async () =>
  new Response((await Deno.open(`${folder}/file`)).readable)
);
const plain = serve(() => Response.json({ status: "ok" }));
// With a key of its own, so that it does not sign the person out.
const signIn = createClient(stack.url, stack.keys.publishable, {
  auth: { persistSession: false, autoRefreshToken: false },
});
const files = world.service().storage;
await files.createBucket("bench");

async function okay(answer: PromiseLike<{ error: unknown }>): Promise<void> {
  const { error } = await answer;
  if (error !== null) throw error;
}

async function read(url: string): Promise<void> {
  const headers = { apikey: stack.keys.secret };
  const response = await fetch(url, { headers });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
}

/** Calls `send`, and waits until the receiver has been called. */
async function arrival(send: () => Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  arrivals.push(resolve);
  await Promise.all([send(), promise]);
}

const OPERATIONS: readonly Operation[] = [
  {
    name: "REST: read a row by its key, under RLS",
    peer: "the same transaction in PGlite",
    run: () =>
      okay(person.client.from("notes").select().eq("id", note?.id ?? 0)),
    runPeer: () =>
      stack.database.as(
        claims,
        (sql) => sql.query("select * from notes where id = $1", [note?.id]),
      ),
  },
  {
    name: "REST: insert a row, under RLS",
    peer: "the same transaction in PGlite",
    run: () => okay(person.client.from("notes").insert({ body: "y" })),
    runPeer: () =>
      stack.database.as(
        claims,
        (sql) => sql.query("insert into notes (body) values ('y')"),
      ),
  },
  {
    name: "REST: call a function of SQL",
    peer: "the same transaction in PGlite",
    run: () => okay(person.client.rpc("plus", { a: 1, b: 2 })),
    runPeer: () =>
      stack.database.as(claims, (sql) => sql.query("select plus(1, 2)")),
  },
  {
    name: "Auth: sign in with a password",
    peer: "bcrypt of the password in PGlite",
    rounds: 20,
    run: () => okay(signIn.auth.signInWithPassword(person)),
    runPeer: () =>
      world.rows("select extensions.crypt($1, $2)", [person.password, hash]),
  },
  {
    name: "Auth: who is this token's",
    peer: "the row in PGlite",
    run: () => okay(person.client.auth.getUser(session?.access_token)),
    runPeer: () =>
      world.rows("select * from auth.users where id = $1", [person.id]),
  },
  {
    name: "Storage: upload 1 MiB",
    peer: "a file of 1 MiB, written and synced",
    rounds: 50,
    run: (round) => okay(files.from("bench").upload(`${round}`, MEGABYTE)),
    async runPeer(round) {
      using file = await Deno.create(`${folder}/${round}`);
      for (let at = 0; at < MEGABYTE.length;) {
        at += await file.write(MEGABYTE.subarray(at));
      }
      await file.sync();
    },
  },
  {
    name: "Storage: download 1 MiB",
    peer: "that file from a bare server",
    rounds: 50,
    run: () => read(`${stack.url}/storage/v1/object/authenticated/bench/0`),
    runPeer: () => read(bareServer.url),
  },
  {
    name: "Functions: a call through the gateway",
    peer: "a bare server",
    run: () => read(`${stack.url}/functions/v1/signed-upload/health`),
    runPeer: () => read(plain.url),
  },
  {
    name: "pg_net: from a commit to the receiver",
    peer: "a call of the receiver",
    run: () =>
      arrival(() => world.rows("insert into public.orders default values")),
    runPeer: () =>
      arrival(async () => await (await fetch(receiver.url)).body?.cancel()),
  },
];

const rows: string[][] = [];
for (const operation of OPERATIONS) {
  const { name, peer, rounds = ROUNDS } = operation;
  const times: number[] = [];
  const peerTimes: number[] = [];
  for (let round = -WARM_UP; round < rounds; round++) {
    const at = performance.now();
    await operation.run(round);
    const between = performance.now();
    await operation.runPeer(round);
    if (round < 0) continue;
    times.push(between - at);
    peerTimes.push(performance.now() - between);
  }
  const [ours, theirs] = [median(times), median(peerTimes)];
  const ratio = (ours / theirs).toFixed(1);
  rows.push([name, ours.toFixed(2), peer, theirs.toFixed(2), ratio]);
}
table(["operation", "ms, median", "peer", "ms, median", "ratio"], rows);

for (const server of [receiver, bareServer, plain]) {
  await server[Symbol.asyncDispose]();
}
await Deno.remove(folder, { recursive: true });
await world[Symbol.asyncDispose]();
Deno.exit(0); // PGlite leaves a timer behind

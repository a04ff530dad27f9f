/**
 * `/rest/v1` through the gateway: who a request runs as, and that it stays so
 * when many run at once.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { startWorld } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

await world.stack.database.asOwner((sql) =>
  sql.run(`
    create table public.notes (
      id bigint generated always as identity primary key,
      owner uuid not null default auth.uid(),
      body text not null
    );
    alter table public.notes enable row level security;
    create policy "people have their own notes" on public.notes
      to authenticated
      using (owner = auth.uid()) with check (owner = auth.uid());
    create function public.who() returns jsonb language sql stable as $$
      select jsonb_build_object(
        'role', current_user, 'uid', auth.uid(), 'jwt', auth.jwt()
      )
    $$;
    notify pgrst, 'reload schema';
  `)
);

Deno.test("a request runs as the role of its key or its token", async () => {
  const alice = await world.newPerson();
  const roles: unknown[] = [];

  for (const client of [world.anyone(), world.service(), alice.client]) {
    const { data } = await client.rpc("who");
    roles.push([data?.role, data?.uid]);
  }

  deepStrictEqual(roles, [
    ["anon", null],
    ["service_role", null],
    ["authenticated", alice.id],
  ]);
});

Deno.test("a request runs as a Postgres role of the project's own", async () => {
  await world.rows("create role manager nologin");
  await world.rows("grant usage on schema public, auth to manager");
  await world.rows("grant execute on function public.who to manager");
  const bob = await world.newPerson();
  await world.service().auth.admin.updateUserById(bob.id, { role: "manager" });
  await bob.client.auth.signInWithPassword(bob);

  const { data, error } = await bob.client.rpc("who");

  strictEqual(error, null);
  strictEqual(data?.role, "manager");
});

Deno.test("a token carries app_metadata and aal into SQL", async () => {
  const bob = await world.newPerson();
  await world.service().auth.admin.updateUserById(bob.id, {
    app_metadata: { role: "admin" },
    user_metadata: { role: "owner" },
  });
  await bob.client.auth.refreshSession();

  const { data } = await bob.client.rpc("who");

  strictEqual(data?.jwt.app_metadata.role, "admin");
  strictEqual(data?.jwt.user_metadata.role, "owner");
  strictEqual(data?.jwt.aal, "aal1");
});

Deno.test("a forged key or token is nobody", async () => {
  const url = `${world.stack.url}/rest/v1/notes`;
  const { publishable } = world.stack.keys;
  const tokens = ["x", "eyJhbGciOiJub25lIn0.eyJyb2xlIjoic2VydmljZV9yb2xlIn0."];

  for (const apikey of ["", "sb_secret_guess", "x.y.z"]) {
    const response = await fetch(url, { headers: { apikey } });
    strictEqual(response.status, 401);
    await response.body?.cancel();
  }
  for (const token of tokens) {
    const headers = { apikey: publishable, authorization: `Bearer ${token}` };
    const response = await fetch(url, { headers });
    strictEqual(response.status, 401);
    await response.body?.cancel();
  }
});

Deno.test("many requests at once never run under each other's role", async () => {
  const people = await Promise.all([1, 2, 3].map(() => world.newPerson()));
  const outsider = world.anyone();
  let wrong = 0;
  let calls = 0;

  function check(isRight: boolean): void {
    calls++;
    if (!isRight) wrong++;
  }

  for (let round = 0; round < 8; round++) {
    await Promise.all(people.flatMap(({ id, client }) => [
      client.from("notes").insert({ body: "x" }).select().single()
        .then(({ data }) => check(data?.owner === id)),
      client.from("notes").select("owner").then(({ data }) =>
        check(data?.every(({ owner }) => owner === id) ?? false)
      ),
      client.rpc("who").then(({ data }) => check(data?.uid === id)),
      outsider.from("notes").select().then(({ data }) =>
        check(data?.length === 0)
      ),
      client.storage.from("photos").list(id).then(({ error }) =>
        check(error === null)
      ),
      client.auth.getUser().then(({ data }) => check(data.user?.id === id)),
    ]));
  }

  strictEqual(wrong, 0);
  strictEqual(calls, 8 * 3 * 6);
  const [row] = await world.rows<{ n: number }>(
    "select count(*)::int as n from public.notes",
  );
  strictEqual(row?.n, 8 * 3);
});

Deno.test("the tables of Portico are not to be had over HTTP", async () => {
  for (const client of [world.anyone(), world.service()]) {
    const { error } = await client.schema("portico").from("uploads").select();
    ok(error);
  }
  const { error } = await world.anyone().schema("portico_api")
    .rpc("cancel_upload", { upload: crypto.randomUUID() });
  strictEqual(error?.code, "42501");
});

Deno.test("a table that is not there is one line of the log", async () => {
  const printed: unknown[] = [];
  // deno-lint-ignore no-console -- what would be printed is what is tested
  const print = console.error;
  // deno-lint-ignore no-console -- as above
  console.error = (...given) => printed.push(given);
  await using own = await startWorld();

  const { error } = await own.anyone().from("nope").select("a").eq("a", "b");
  await own.anyone().from("nope").select("a", { head: true });

  // deno-lint-ignore no-console -- as above
  console.error = print;
  strictEqual(error?.code, "PGRST205");
  deepStrictEqual(printed, []);
  const said = own.lines.filter((line) => line.startsWith("[rest]"));
  deepStrictEqual(said, [
    "[rest] 404 GET /nope PGRST205",
    "[rest] 404 HEAD /nope",
  ]);
});

/**
 * How `/rest/v1` writes the values of Postgres: as PostgREST does, and so as
 * Postgres's own `to_json`, wherever in an answer they are.
 *
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { startWorld } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

/** A type, and a literal of it. */
const VALUES: [type: string, literal: string][] = [
  ["timestamptz", "2026-01-02 03:04:05.678901+00"],
  ["timestamptz", "0044-03-15 12:00:00+00 BC"],
  ["timestamptz", "infinity"],
  ["timestamp", "2026-01-02 03:04:05"],
  ["date", "2026-01-02"],
  ["time", "03:04:05.5"],
  ["interval", "1 day 02:03:04"],
  ["numeric", "3"],
  ["numeric", "3.00"],
  ["numeric", "12345678901234567890.123456789"],
  ["numeric", "NaN"],
  ["bigint", "7"],
  ["bigint", "9007199254740993"],
  ["bigint", "-9223372036854775808"],
  ["integer", "-7"],
  ["double precision", "0.1"],
  ["double precision", "1e+300"],
  ["double precision", "-Infinity"],
  ["real", "1.5"],
  ["boolean", "true"],
  ["bytea", "\\x00ff"],
  ["text", 'a "b" \\ c'],
  ["uuid", "00000000-0000-4000-8000-000000000001"],
  ["jsonb", '{"a": [9007199254740993, 1.50], "b": null}'],
  ["json", '{"a":[1E400,-0.0,1e2]}'],
  ["timestamptz[]", '{"2026-01-02 03:04:05+00",NULL}'],
  ["date[]", "{2026-01-02}"],
  ["numeric[]", "{3.00,4}"],
  ["bigint[]", "{{9007199254740993},{1}}"],
  ["bytea[]", '{"\\\\x00ff"}'],
  ["boolean[]", "{t,NULL,f}"],
  ["text[]", '{a,NULL,"NULL","","a \\"b\\" {,} \\\\"}'],
  ["jsonb[]", '{"{\\"a\\":1.50}"}'],
  ["int[]", "[0:1]={1,2}"],
  ["int[]", "{}"],
];

const columns = VALUES.map(([type], at) => `c${at} ${type}`).join(", ");
const literals = VALUES.map(([, literal]) => `'${literal}'`).join(", ");
await world.stack.database.asOwner((sql) =>
  sql.run(`
    create table public.parents (id int primary key);
    create table public.children (
      parent int references public.parents, ${columns}
    );
    grant select on public.parents, public.children to service_role;
    insert into public.parents values (1);
    insert into public.children values (1, ${literals});
    create function public.children_of() returns setof public.children
    language sql stable as 'select * from public.children';
    create function public.oracle() returns text
    language sql stable as
      'select to_jsonb(c) - ''parent'' from public.children as c';
    create extension if not exists vector with schema extensions;
    create table public.places (id int primary key, at extensions.vector(3));
    grant select, insert, update on public.places to service_role;
    notify pgrst, 'reload schema';
  `)
);

/** The text of an answer, since reading it as JSON would round its numbers. */
async function textOf(path: string): Promise<string> {
  const { url, keys } = world.stack;
  const headers = { apikey: keys.secret };
  const response = await fetch(`${url}/rest/v1/${path}`, { headers });
  strictEqual(response.status, 200);
  return await response.text();
}

for (const [at, [type, literal]] of VALUES.entries()) {
  Deno.test(`${type} '${literal}' is written as Postgres writes it`, async () => {
    const name = `c${at}`;
    const [row] = await world.rows<{ json: string }>(
      `select to_json(${name})::text as json from public.children`,
    );
    const written = `"${name}":${row?.json}`;
    // Postgres keeps the blanks of a document; they mean nothing.
    const compact = (text: string) =>
      type.startsWith("jsonb") ? text.replaceAll(" ", "") : text;

    const top = await textOf(`children?select=${name}`);
    const embed = await textOf(`parents?select=children(${name})`);
    const called = await textOf(`rpc/children_of?select=${name}`);

    strictEqual(top, compact(`[{${written}}]`));
    strictEqual(embed.replaceAll(": ", ":").includes(compact(written)), true);
    strictEqual(called, compact(`[{${written}}]`));
  });
}

Deno.test("rows are still counted", async () => {
  const { count } = await world.service().from("children")
    .select("*", { count: "exact", head: true });

  strictEqual(count, 1);
});

Deno.test("an array goes into a vector, and its text comes back", async () => {
  const places = () => world.service().from("places");

  const one = await places().insert({ id: 1, at: [1, 2.5, -3] }).select();
  const two = await places().insert({ id: 2, at: "[4,5,6]" }).select();
  const three = await places().update({ at: [0, 0, 1] }).eq("id", 2).select();
  const wrong = await places().insert({ id: 3, at: [1] }).select();

  deepStrictEqual(one.data, [{ id: 1, at: "[1,2.5,-3]" }]);
  deepStrictEqual(two.data, [{ id: 2, at: "[4,5,6]" }]);
  deepStrictEqual(three.data, [{ id: 2, at: "[0,0,1]" }]);
  match(wrong.error?.message ?? "", /expected 3 dimensions, not 1/);
});

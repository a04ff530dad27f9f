/**
 * `deno task sql`, as somebody types it, and the route that it talks to.
 *
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { startWorld } from "./world.ts";

const world = await startWorld();
const { url, keys, data } = world.stack;
const { port } = new URL(url);
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

const ROOT = new URL("../", import.meta.url).pathname;
const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));

interface Said {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Runs the task `sql`, as `deno task` would, on the stack of this file. */
function sql(...args: string[]): Promise<Said> {
  return run(["--port", port, "--data", data, ...args]);
}

async function run(args: readonly string[], input = ""): Promise<Said> {
  const [, ...words] = tasks.sql.command.split(" ");
  const child = new Deno.Command(Deno.execPath(), {
    args: [...words, ...args],
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  const writer = child.stdin.getWriter();
  // A command that reads no input may be over by now.
  await writer.write(new TextEncoder().encode(input)).catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: decode(stdout), error: decode(stderr) };
}

/** Asks the route itself. */
async function post(headers: HeadersInit, method = "POST"): Promise<Response> {
  const body = method === "POST" ? JSON.stringify({ sql: MARK }) : null;
  const response = await fetch(`${url}/sql`, { method, headers, body });
  await response.body?.cancel();
  return response;
}

/** Leaves a table behind, if it is run. */
const MARK = "create table if not exists public.mark ()";

async function isMarked(): Promise<boolean> {
  const rows = await world.rows("select to_regclass('public.mark') as is");
  return (rows[0] as { is: unknown }).is !== null;
}

Deno.test("sql --help says what there is", async () => {
  const { code, out } = await run(["--help"]);

  strictEqual(code, 0);
  for (const option of ["--json", "--port", "--data", "--help"]) {
    strictEqual(out.includes(option), true, option);
  }
});

Deno.test("sql prints a table a statement, and how many rows there are", async () => {
  const { code, out } = await sql(
    "select 1 as id, 'Ada' as name union all select 10, null order by id;" +
      "create table public.sums (n numeric);" +
      "insert into public.sums values (3.00), (12345678901234567890.5);" +
      "update public.sums set n = n where n = 3; select n from public.sums",
  );

  strictEqual(
    out,
    `id | name
---+-----
 1 | Ada
10 | NULL
(2 rows)

done

2 rows changed

1 row changed

n
----------------------
12345678901234567890.5
                  3.00
(2 rows)

`.replace("n\n---", "                     n\n---"),
  );
  strictEqual(code, 0);
});

Deno.test("sql reads stdin, and prints JSON", async () => {
  const args = ["--port", port, "--data", data, "--json"];
  const { code, out } = await run(
    args,
    "select 9007199254740993 as n, '2026-01-02'::timestamptz as at, null as x;" +
      "-- that was that\nselect where false",
  );

  strictEqual(code, 0);
  strictEqual(
    out,
    '[{"n":9007199254740993,"at":"2026-01-02T00:00:00+00:00","x":null}]\n' +
      "[]\n",
  );
});

Deno.test("sql runs as the owner of the project, who is no superuser", async () => {
  const asked = "select session_user as is, usesuper from pg_user " +
    "where usename = current_user";
  const { out } = await sql("--json", asked);
  const refused = await sql("alter role postgres superuser");

  deepStrictEqual(JSON.parse(out), [{ is: "postgres", usesuper: false }]);
  strictEqual(refused.code, 1);
  match(refused.error, /^ERROR: .*\(42501\)$/m);
});

Deno.test("sql does what the platform lets the owner do beyond its rights", async () => {
  const { code, out } = await sql(
    "--json",
    `create extension citext -- a comment that ends the line
     ; create policy "all may look" on storage.objects for select using (true);
     select session_user as is; drop policy "all may look" on storage.objects`,
  );

  strictEqual(code, 0);
  deepStrictEqual(out.trim().split("\n").map((it) => JSON.parse(it)), [
    [],
    [],
    [{ is: "postgres" }],
    [],
  ]);
});

Deno.test("sql shows what Postgres says against it, and leaves nothing", async () => {
  const twice = await sql(
    "create table public.gone (id int primary key);" +
      "insert into public.gone values (1), (1)",
  );
  const wrong = await sql("selec 1");

  strictEqual(twice.code, 1);
  strictEqual(
    twice.error,
    'ERROR: duplicate key value violates unique constraint "gone_pkey" ' +
      "(23505)\nDETAIL: Key (id)=(1) already exists.\n",
  );
  const left = await world.rows("select to_regclass('public.gone') as is");
  deepStrictEqual(left, [{ is: null }]);
  strictEqual(wrong.code, 1);
  strictEqual(wrong.error, 'ERROR: syntax error at or near "selec"\n');
});

Deno.test("a table that sql has made is there over REST", async () => {
  await sql(
    "create table public.fresh (id int primary key);" +
      "grant select on public.fresh to service_role;" +
      "insert into public.fresh values (7)",
  );

  const { data: rows } = await world.service().from("fresh").select();

  deepStrictEqual(rows, [{ id: 7 }]);
});

const MISTAKES: [why: string, args: string[], said: RegExp][] = [
  ["an option it has not", ["--jsn", "select 1"], /See deno task sql --help$/],
  [
    "a folder without a stack",
    ["--port", port, "--data", "/nowhere", "select 1"],
    /^No stack was ever started in \/nowhere: /,
  ],
  [
    "a port without a stack",
    ["--port", "1", "--data", data, "select 1"],
    /^No stack listens on port 1: /,
  ],
];

for (const [why, args, said] of MISTAKES) {
  Deno.test(`sql complains in one line of ${why}`, async () => {
    const { code, error } = await run(args);

    strictEqual(code, 1);
    match(error.trim(), said);
    strictEqual(error.trim().split("\n").length, 1);
  });
}

Deno.test("sql says whose keys do not fit", async () => {
  const other = await Deno.makeTempDir();
  const wrong = JSON.stringify({ secret: "sb_secret_other" });
  await Deno.writeTextFile(`${other}/keys.json`, wrong);

  const { code, error } = await run(["--port", port, "--data", other, MARK]);

  strictEqual(code, 1);
  match(error, /^The stack on port \d+ has other data than /);
  strictEqual(await isMarked(), false);
  await Deno.remove(other, { recursive: true });
});

Deno.test("nobody without the secret key runs SQL", async () => {
  const service = await keys.sign({ role: "service_role", exp: 4e9 });
  const wrong: Record<string, string>[] = [
    {},
    { apikey: keys.publishable },
    { apikey: "sb_secret_guess" },
    { apikey: service },
    { authorization: `Bearer ${keys.secret}` },
  ];

  for (const headers of wrong) {
    strictEqual((await post(headers)).status, 401);
  }
  strictEqual((await post({ apikey: keys.secret }, "GET")).status, 405);
  strictEqual(await isMarked(), false);
});

Deno.test("no page runs SQL, whatever it knows", async () => {
  const headers = { apikey: keys.secret, origin: "http://127.0.0.1:3000" };

  for (const method of ["OPTIONS", "GET", "POST"]) {
    const response = await post(headers, method);

    strictEqual(response.status, 403);
    const names = [...response.headers.keys()];
    deepStrictEqual(names.filter((it) => it.startsWith("access-")), []);
  }
  strictEqual(await isMarked(), false);
  const same = await post({ apikey: keys.secret });
  strictEqual(same.status, 200);
  strictEqual(await isMarked(), true);
});

/**
 * `pg_net` and the webhooks that stand on it, against a real receiver.
 *
 * @module
 */
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { openDatabase } from "../local/database.ts";
import { startNet } from "../local/net.ts";
import { applyPlatform } from "../local/platform.ts";
import { serve } from "../supabase/functions/_shared/testing/server.ts";
import { openPlatform } from "./platform.ts";
import { until } from "./until.ts";
import { fillFromTemplate } from "./world.ts";

/** What has arrived. */
interface Arrival {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

const arrivals: Arrival[] = [];
const { promise: never, resolve: atLast } = Promise.withResolvers<void>();

/** Answers with the status in its path, or never, or with what it is asked. */
const receiver = serve(async (request) => {
  const { pathname, search } = new URL(request.url);
  const { method, headers } = request;
  const body = await request.text();
  arrivals.push({ method, path: pathname + search, headers, body });
  if (pathname === "/never") await never;
  if (pathname === "/nul") return new Response("a\0b");
  const status = Number(pathname.slice(1)) || 200;
  const location = { location: "/after-redirect" };
  return Response.json({ pathname }, { status, headers: location });
});

const platform = await openPlatform();
const { database, rows } = platform;
const lines: string[] = [];
await database.asOwner((sql) =>
  sql.run("create extension pg_net with schema extensions")
);
const worker = await startNet(database, (line) => lines.push(line));

Deno.test.afterAll(async () => {
  atLast();
  await worker[Symbol.asyncDispose]();
  await platform[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

/** A row of `net._http_response`. */
interface Answer {
  readonly status: number | null;
  readonly type: string | null;
  readonly headers: Readonly<Record<string, string>> | null;
  readonly content: string | null;
  readonly timedOut: boolean;
  readonly error: string | null;
}

/** Queues as somebody who may do nothing else, and returns the request's id. */
async function queue(call: string, parameters: unknown[] = []) {
  const [row] = await database.as(
    { role: "anon" },
    (sql) => sql.query<{ id: number }>(`select ${call} as id`, parameters),
  );
  return row?.id ?? NaN;
}

async function answerTo(id: number): Promise<Answer> {
  return await until(async () => {
    const [row] = await rows<Answer>(
      `select status_code as status, content_type as type, headers, content,
         timed_out as "timedOut", error_msg as error
       from net._http_response where id = $1`,
      [id],
    );
    return row;
  });
}

Deno.test("http_post sends JSON, and the answer is kept", async () => {
  const id = await queue(
    `net.http_post($1, '{"a": "é"}', '{"q": "a b&c=ü"}', '{"X-Own": "1"}')`,
    [`${receiver.url}/post?first=1`],
  );

  const answer = await answerTo(id);

  const sent = arrivals.find(({ path }) => path.startsWith("/post"));
  strictEqual(sent?.method, "POST");
  strictEqual(sent.path, "/post?first=1&q=a%20b%26c%3D%C3%BC");
  strictEqual(sent.headers.get("content-type"), "application/json");
  strictEqual(sent.headers.get("x-own"), "1");
  deepStrictEqual(JSON.parse(sent.body), { a: "é" });
  strictEqual(answer.status, 200);
  strictEqual(answer.type, "application/json");
  strictEqual(answer.content, '{"pathname":"/post"}');
  strictEqual(answer.headers?.["location"], "/after-redirect");
  strictEqual(answer.timedOut, false);
  strictEqual(answer.error, null);
});

for (const method of ["get", "delete"]) {
  Deno.test(`http_${method} sends no body`, async () => {
    const id = await queue(`net.http_${method}($1, '{"q": "1"}')`, [
      `${receiver.url}/${method}`,
    ]);

    await answerTo(id);

    const sent = arrivals.find(({ path }) => path === `/${method}?q=1`);
    strictEqual(sent?.method, method.toUpperCase());
    strictEqual(sent.body, "");
  });
}

Deno.test("a request is not sent again when it is refused", async () => {
  const id = await queue("net.http_post($1)", [`${receiver.url}/503`]);

  const { status } = await answerTo(id);
  // A second round of the worker, which would find what the first has left.
  await answerTo(await queue("net.http_get($1)", [`${receiver.url}/later`]));

  strictEqual(status, 503);
  strictEqual(arrivals.filter(({ path }) => path === "/503").length, 1);
  strictEqual(lines.some((line) => line.includes("/503: answered 503")), true);
});

Deno.test("a request that has no answer in time is given up", async () => {
  const id = await queue(
    "net.http_get($1, timeout_milliseconds => 50)",
    [`${receiver.url}/never`],
  );

  const answer = await answerTo(id);

  strictEqual(answer.timedOut, true);
  strictEqual(answer.error, "Timeout of 50 ms reached");
  strictEqual(answer.status, null);
});

Deno.test("a receiver that is away is an error, and no time-out", async () => {
  const gone = serve(() => new Response());
  await gone[Symbol.asyncDispose]();

  const answer = await answerTo(
    await queue("net.http_get($1)", [gone.url]),
  );

  strictEqual(answer.timedOut, false);
  strictEqual(answer.status, null);
  strictEqual(typeof answer.error, "string");
});

Deno.test("a redirect is an answer and is not followed", async () => {
  const id = await queue("net.http_get($1)", [`${receiver.url}/302`]);

  strictEqual((await answerTo(id)).status, 302);
  strictEqual(arrivals.some(({ path }) => path === "/after-redirect"), false);
});

Deno.test("an answer that Postgres cannot hold is cut to what it can", async () => {
  const id = await queue("net.http_get($1)", [`${receiver.url}/nul`]);

  strictEqual((await answerTo(id)).content, "ab");
});

Deno.test("what is not sent as JSON is refused", async () => {
  const before = arrivals.length;

  await rejects(
    queue(`net.http_post($1, headers => '{"content-type": "text/plain"}')`, [
      receiver.url,
    ]),
    /Content-Type header must be/,
  );
  await rejects(
    queue("net.http_post($1, body => null)", [receiver.url]),
    /body must not be null/,
  );

  strictEqual(arrivals.length, before);
});

Deno.test("every role can read the queue: nothing secret belongs there", async () => {
  const seen = await database.as({ role: "anon" }, async (sql) => {
    await sql.query(
      `select net.http_post('http://127.0.0.1:9/', headers => '{"k": "v"}')`,
    );
    const [row] = await sql.query<{ headers: unknown }>(
      "select headers from net.http_request_queue",
    );
    return row?.headers;
  });

  deepStrictEqual(seen, { k: "v", "Content-Type": "application/json" });
});

await database.asRole("postgres", (sql) =>
  sql.run(`
    create table public.orders (id int primary key, note text);
    create trigger "on order" after insert or update or delete on public.orders
      for each row execute function supabase_functions.http_request(
        '${receiver.url}/hook', 'POST', '{"Content-Type":"application/json"}',
        '{}', '1000');
    create table public.visits (id int primary key);
    create trigger "on visit" after insert on public.visits
      for each row execute function supabase_functions.http_request(
        '${receiver.url}/visit', 'GET', '{}', '{"from":"here"}', 'null');
  `));

async function hooks(count: number): Promise<Record<string, unknown>[]> {
  return await until(() => {
    const sent = arrivals.filter(({ path }) => path === "/hook");
    return Promise.resolve(
      sent.length >= count && sent.map(({ body }) => JSON.parse(body)),
    );
  });
}

Deno.test("a webhook sends each change, after its commit", async () => {
  await rows("insert into public.orders values (1, 'new')");
  await rows("update public.orders set note = 'changed' where id = 1");
  await rows("delete from public.orders where id = 1");

  const sent = await hooks(3);

  const of = { table: "orders", schema: "public" };
  const made = { id: 1, note: "new" };
  const changed = { id: 1, note: "changed" };
  deepStrictEqual(
    sent.toSorted((a, b) => String(b["type"]).localeCompare(String(a["type"]))),
    [
      { ...of, type: "UPDATE", record: changed, old_record: made },
      { ...of, type: "INSERT", record: made, old_record: null },
      { ...of, type: "DELETE", record: null, old_record: changed },
    ],
  );
  const kept = await rows<{ n: number; named: boolean }>(
    `select count(*)::int as n, bool_and(hook_name = 'on order') as named
     from supabase_functions.hooks where hook_table_id = 'orders'::regclass`,
  );
  deepStrictEqual(kept, [{ n: 3, named: true }]);
});

Deno.test("a webhook sends nothing of what is rolled back", async () => {
  const before = (await hooks(0)).length;

  await rejects(database.asOwner(async (sql) => {
    await sql.run("insert into public.orders values (2, 'never')");
    throw new Error("No");
  }));
  await rows("insert into public.orders values (3, 'kept')");
  const sent = await hooks(before + 1);

  deepStrictEqual(sent.slice(before).map(({ record }) => record), [
    { id: 3, note: "kept" },
  ]);
});

Deno.test("a webhook may be a GET", async () => {
  await rows("insert into public.visits values (1)");

  const sent = await until(() =>
    Promise.resolve(arrivals.find(({ path }) => path === "/visit?from=here"))
  );

  strictEqual(sent.method, "GET");
});

Deno.test("a worker that stops lets go of what it waits for", async () => {
  await using own = await openPlatform();
  await own.database.asOwner((sql) =>
    sql.run("create extension pg_net with schema extensions")
  );
  const before = arrivals.length;
  const stopped = await startNet(own.database, () => {});
  await own.rows("select net.http_get($1, timeout_milliseconds => 60000)", [
    `${receiver.url}/never`,
  ]);
  await until(() => Promise.resolve(arrivals.length > before));

  await stopped[Symbol.asyncDispose]();

  const left = await own.rows(
    "select from net.http_request_queue union all select from net._http_response",
  );
  strictEqual(left.length, 0);
});

Deno.test("a crash loses what is queued, and a stop does not", async () => {
  const data = await Deno.makeTempDir({ prefix: "portico-" });
  await fillFromTemplate(data);
  const folder = `${data}/database`;
  const program = new URL("./programs/queue.ts", import.meta.url);

  const left: number[] = [];
  for (const end of ["stop", "crash"]) {
    const { signal } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--allow-all",
        "--quiet",
        fileURLToPath(program),
        folder,
        end,
      ],
    }).output();
    strictEqual(signal, end === "crash" ? "SIGKILL" : null);
    await using again = await openDatabase(folder);
    await applyPlatform(again);
    const [row] = await again.asOwner((sql) =>
      sql.query<{ queued: number; logged: number }>(
        `select (select count(*) from net.http_request_queue)::int as queued,
           (select count(*) from public.logged)::int as logged`,
      )
    );
    left.push(row?.queued ?? NaN, row?.logged ?? NaN);
  }

  deepStrictEqual(left, [1, 1, 0, 2]);
  await Deno.remove(data, { recursive: true });
});

/**
 * Who calls `vector-index`: the database, when rows have changed, and cron, in
 * case that call got lost.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { RIGHT, shelfOf } from "./index/shelf.ts";
import { until } from "./until.ts";
import { startWorld } from "./world.ts";

const world = await startWorld({ cron: true });
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());
const shelf = shelfOf(world);

await shelf.run(
  `select portico.unschedule();
   create table public.notes (id int primary key, title text, views int default 0);
   select portico.watch('notes', 'public.notes', 'title')`,
);

/** Whether everything is in the index, and this many rows. */
async function isRight(rows: number): Promise<boolean> {
  const proof = await shelf.prove("notes");
  return proof.rows === rows && proof.missing + proof.stale + proof.extra === 0;
}

/** Waits until nobody works on the index. */
async function calm(): Promise<void> {
  await until(async () =>
    (await shelf.rows("select from portico.index_runs")).length === 0
  );
  // A second after the last call the next change calls again.
  await shelf.run(
    "update portico.jobs set woken_at = '-infinity' where name = 'index'",
  );
}

/** How many calls have been made of the function so far. */
function calls(): number {
  return world.lines.filter((it) => it.includes('"method":"POST"')).length;
}

Deno.test("a change is indexed by the call that the database makes", async () => {
  await calm();

  await shelf.run("insert into public.notes values (1, 'one')");

  await until(() => isRight(1));
});

Deno.test("a change that is taken back calls nobody", async () => {
  await calm();
  const before = calls();

  await shelf.run("insert into public.notes values (2, 'two'); rollback");
  await shelf.run("update public.notes set views = 1");

  const left = await shelf.rows("select from net.http_request_queue");
  strictEqual(left.length, 0);
  strictEqual(calls(), before);
  strictEqual((await shelf.rows("select from portico.index_calls")).length, 0);
});

Deno.test("many changes make few calls, and all of them are indexed", async () => {
  await calm();
  const before = calls();
  const began = performance.now();

  for (let id = 10; id < 60; id++) {
    await shelf.run(`insert into public.notes values (${id}, 'text ${id}')`);
  }
  await until(() => isRight(51));
  const seconds = Math.ceil((performance.now() - began) / 1000);

  await calm();
  ok(calls() - before <= seconds + 1, `${calls() - before} in ${seconds} s`);
});

Deno.test("W16 what a lost call was about is found by cron", async () => {
  await calm();
  await shelf.run(
    `update portico.jobs set woken_at = 'infinity', schedule = '1 second'
     where name = 'index'`,
  );
  await shelf.run("insert into public.notes values (99, 'unheard of')");
  deepStrictEqual(await shelf.rows("select from net.http_request_queue"), []);

  await shelf.run("select portico.schedule()");
  await until(() => isRight(52));

  await shelf.run("select portico.unschedule()");
  await until(async () => (await shelf.prove("notes")).queued === 0);
  deepStrictEqual(await shelf.prove("notes"), { rows: 52, ...RIGHT });
});

Deno.test("cron calls nobody while nothing is due", async () => {
  await calm();
  const [due] = await shelf.rows<{ n: number }>(
    "select count(*)::int as n from portico.due_index",
  );

  strictEqual(due?.n, 0);
});

Deno.test("a project without secrets in Vault changes its rows all the same", async () => {
  await shelf.run("delete from vault.secrets where name = 'project_url'");

  await shelf.run("insert into public.notes values (100, 'quiet')");

  strictEqual((await shelf.prove("notes")).missing, 1);
});

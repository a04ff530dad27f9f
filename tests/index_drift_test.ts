/**
 * A thousand faults that no trigger saw, of every kind and at random: all of them
 * are found, and all are mended.
 *
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { RIGHT, shelfOf } from "./index/shelf.ts";
import { startWorld } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());
const shelf = shelfOf(world);

/** Rows that are right at first. Each of the faults has a fifth of them. */
const ROWS = 1250;

/** What is done to the rows of each fifth, by `id % 5`: nothing to the last. */
const FAULTS = `
  delete from portico_index.CHUNKS where key_1 % 5 = 0;
  update public.notes set title = 'unseen ' || id where id % 5 = 1;
  delete from public.notes where id % 5 = 2;
  update portico_index.CHUNKS set m_org = m_org + 1 where key_1 % 5 = 3`;

Deno.test("reconcile() finds and repairs 1,000 of 1,000 faults", async () => {
  await shelf.run(
    `create table public.notes (id int primary key, org int, title text);
     insert into public.notes
     select i, i % 7, 'text ' || i from generate_series(1, ${ROWS}) as i;
     select portico.watch('notes', 'public.notes', 'title', metadata => '{org}')`,
  );
  await indexed();
  deepStrictEqual(await shelf.prove("notes"), { rows: ROWS, ...RIGHT });

  const [made] = await shelf.rows<{ id: number }>(
    "select id from portico_index.generations",
  );
  await shelf.run(
    `alter table public.notes disable trigger user;
     ${FAULTS.replaceAll("CHUNKS", `chunks_${made?.id}`)};
     alter table public.notes enable trigger user`,
  );
  const { missing, stale, extra } = await shelf.prove("notes");
  await shelf.run("select portico.reconcile('notes')");
  await indexed();

  deepStrictEqual({ missing, stale, extra }, {
    missing: ROWS / 5,
    stale: 2 * ROWS / 5,
    extra: ROWS / 5,
  });
  strictEqual(missing + stale + extra, 1000);
  deepStrictEqual(await shelf.prove("notes"), { rows: ROWS * 4 / 5, ...RIGHT });
});

/** Has everything done: one run has a budget. */
async function indexed(): Promise<void> {
  for (let run = 0; run < 5; run++) await shelf.index();
}

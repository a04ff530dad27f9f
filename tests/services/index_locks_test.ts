/**
 * Rows that were set aside and are tried again, while others work on them: whoever
 * touches one of these has its dirty row first, so that nobody waits in a circle.
 *
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import type { Queue } from "../../supabase/functions/vector-index/queue.ts";
import { RIGHT } from "../index/shelf.ts";
import {
  begin,
  blocked,
  claim,
  end,
  prove,
  runIn,
  settle,
  workOff,
} from "./notes.ts";
import type { Session } from "./project.ts";
import { serviceTest } from "./service.ts";

Deno.test.afterAll(end);

/** Three notes to be indexed, of which the first two were set aside before. */
async function beginDead() {
  const sessions = await begin(3, 4);
  await sessions[0]`
    insert into portico.dead_rows (generation, key, attempts, reason)
    select id, jsonb_build_array(n), 1, 'bad'
    from portico_index.generations, generate_series(1, 2) as n`;
  return sessions;
}

/** What a run does with rows that were set aside, from when it has claimed them. */
const ACTS: readonly [
  name: string,
  begin: (queue: Queue, sql: Session) => Promise<() => Promise<unknown>>,
][] = [
  ["settles rows", async (queue) => {
    const taken = await claim(queue);
    return () => settle(queue, taken);
  }],
  ["sets rows aside that it takes", async (queue, sql) => {
    // Nobody would have texts that are as long as these.
    await sql`update notes set title = repeat('long ', 1000000)`;
    return () => queue.claim(1000, 15);
  }],
  ["says that rows are at fault", async (queue, sql) => {
    const { generation, rows } = await claim(queue);
    await sql`update portico.dirty_rows set faults = 7`;
    const failed = rows.map((it) => ({ ...it, reason: "bad" }));
    return () => queue.fail(generation, failed);
  }],
];

for (const [name, prepare] of ACTS) {
  serviceTest(
    `who ${name} and who replays them do not wait in a circle`,
    async () => {
      const [sql, user, holder, eye] = await beginDead();
      if (eye === undefined) throw new Error("No session");
      const act = await prepare(runIn(sql), sql);
      // Where two who come at the same time would be in the middle of it.
      await holder.unsafe(
        "begin; select from portico.dead_rows where key = '[1]' for update",
      );

      const acting = act();
      await blocked(eye);
      const replaying = user`select portico.replay('notes', '[2]')`.execute();
      await blocked(eye, 2);
      await holder`commit`;

      await Promise.all([acting, replaying]);
      await sql`update notes set title = 'changed'`;
      await workOff(sql);
      deepStrictEqual(await prove(sql), { rows: 3, ...RIGHT });
    },
  );
}

serviceTest(
  "who replays rows and then changes others waits for nobody in a circle",
  async () => {
    const [sql, user, eye] = await beginDead();
    const queue = runIn(sql);
    const taken = await claim(queue);
    await user.unsafe("begin; select portico.replay('notes', '[1]')");

    const settling = settle(queue, taken);
    await Promise.race([blocked(eye), settling]);
    await user`update notes set title = 'changed' where id = 2`;
    await user`commit`;
    await settling;

    await workOff(sql);
    deepStrictEqual(await prove(sql), { rows: 3, ...RIGHT });
  },
);

/**
 * Who works on an index waits for nobody who changes its table, and nobody who
 * changes it waits for longer than a statement takes.
 *
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type {
  Claim,
  Queue,
} from "../../supabase/functions/vector-index/queue.ts";
import { RIGHT } from "../index/shelf.ts";
import {
  amid,
  begin,
  blocked,
  claim,
  end,
  keysOf,
  prove,
  runIn,
  settle,
  tendAll,
  textsIn,
  workOff,
} from "./notes.ts";
import { serviceTest } from "./service.ts";

Deno.test.afterAll(end);

const FIRST = "update notes set title = 'changed' where id = 1";

serviceTest(
  "who takes rows does not wait for one that somebody is changing",
  async () => {
    const [sql, user] = await begin(3);
    const queue = runIn(sql);

    const taken = await amid(user, FIRST, () => claim(queue));
    await settle(queue, taken);
    const rest = await claim(queue);

    deepStrictEqual(keysOf(taken), ["[2]", "[3]"]);
    deepStrictEqual(rest.rows.map(({ text }) => text), ["changed"]);
  },
);

serviceTest(
  "who takes rows goes on with others while a suspect one is being changed",
  async () => {
    const [sql, user] = await begin(3);
    await sql`update portico.dirty_rows set attempts = 2,
      due_at = due_at - interval '1 hour' where key = '[1]'`;

    const taken = await amid(user, FIRST, () => claim(runIn(sql)));

    deepStrictEqual(keysOf(taken), ["[2]", "[3]"]);
  },
);

serviceTest(
  "who takes rows goes on with what fills while a change is being changed",
  async () => {
    const [sql, user] = await begin(3);
    await sql`update portico.dirty_rows set priority = (key <> '[1]')::int`;

    const taken = await amid(user, FIRST, () => claim(runIn(sql)));

    deepStrictEqual(keysOf(taken), ["[2]", "[3]"]);
  },
);

serviceTest(
  "W7 who settles rows does not wait for one that somebody is changing",
  async () => {
    const [sql, user] = await begin(3);
    const queue = runIn(sql);
    const taken = await claim(queue);

    const settled = await amid(user, FIRST, () => settle(queue, taken));

    deepStrictEqual(settled, { written: 2, moved: 0, lost: 0 });
    deepStrictEqual(await textsIn(sql), ["text 1", "text 2", "text 3"]);
    await workOff(sql);
    deepStrictEqual(await textsIn(sql), ["changed", "text 2", "text 3"]);
    deepStrictEqual(await prove(sql), { rows: 3, ...RIGHT });
  },
);

/** What else a run does with rows that it has. */
const ACTS: readonly [
  name: string,
  act: (queue: Queue, claim: Claim) => Promise<unknown>,
][] = [
  ["beats", (queue) => queue.beat(15)],
  ["ends", (queue) => queue.end()],
  [
    "leaves a provider alone",
    (queue, { generation }) =>
      queue.pause(generation, { reason: "down", pauseS: 1 }),
  ],
  [
    "says that rows are at fault",
    (queue, { generation, rows }) =>
      queue.fail(generation, rows.map((it) => ({ ...it, reason: "bad" }))),
  ],
];

for (const [name, act] of ACTS) {
  serviceTest(
    `who ${name} does not wait for a row that somebody is changing`,
    async () => {
      const [sql, user] = await begin(3);
      const queue = runIn(sql);
      const taken = await claim(queue);

      await amid(user, FIRST, () => act(queue, taken));

      await sql`update portico.index_progress set not_before = '-infinity'`;
      await workOff(sql);
      deepStrictEqual(await textsIn(sql), ["changed", "text 2", "text 3"]);
      deepStrictEqual(await prove(sql), { rows: 3, ...RIGHT });
    },
  );
}

serviceTest(
  "who changes rows waits for a claim no longer than it takes",
  async () => {
    const [sql, user, eye] = await begin(3);
    const queue = runIn(sql);
    // What is a transaction of its own otherwise is held up here.
    await sql`begin`;
    const taken = await claim(queue);

    const changing = user.unsafe(FIRST).execute();
    await blocked(eye);
    await sql`commit`;
    await changing;

    deepStrictEqual(await settle(queue, taken), {
      ...{ written: 2, moved: 1, lost: 0 },
    });
    await workOff(sql);
    deepStrictEqual(await prove(sql), { rows: 3, ...RIGHT });
  },
);

serviceTest(
  "who changes rows waits for them to be settled no longer than it takes",
  async () => {
    const [sql, user, eye] = await begin(3);
    const queue = runIn(sql);
    const taken = await claim(queue);
    await sql`begin`;
    await settle(queue, taken);

    const changing = user.unsafe(FIRST).execute();
    await blocked(eye);
    await sql`commit`;
    await changing;

    await workOff(sql);
    deepStrictEqual(await textsIn(sql), ["changed", "text 2", "text 3"]);
    deepStrictEqual(await prove(sql), { rows: 3, ...RIGHT });
  },
);

serviceTest(
  "who compares an index gives up before somebody else has to",
  async () => {
    const [sql, user, eye] = await begin(3);
    // All three are missing, so that they are marked in their order.
    await sql`delete from portico.dirty_rows`;
    await sql`select portico.reconcile('notes')`;
    await user.unsafe("begin; update notes set title = 'b' where id = 2");

    const tending = runIn(sql).tend(1000);
    await Promise.race([blocked(eye), tending]);
    // From here on each of the two waits for the other.
    await user`update notes set title = 'a' where id = 1`;
    strictEqual((await tending).more, false);
    await user`commit`;

    await tendAll(sql);
    await workOff(sql);
    deepStrictEqual(await textsIn(sql), ["a", "b", "text 3"]);
    deepStrictEqual(await prove(sql), { rows: 3, ...RIGHT });
  },
);

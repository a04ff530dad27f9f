/**
 * The work on an index while its table changes: nobody reads what is older than
 * what they have, and what was changed meanwhile is done again.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Row } from "../../supabase/functions/vector-index/queue.ts";
import { RIGHT } from "../index/shelf.ts";
import {
  begin,
  claim,
  end,
  keysOf,
  letTimePass,
  prove,
  runIn,
  settle,
  textsIn,
  workOff,
} from "./notes.ts";
import type { Session } from "./project.ts";
import { serviceTest } from "./service.ts";

Deno.test.afterAll(end);

serviceTest(
  "W7 what is read is never older than the version that is claimed",
  async () => {
    const [sql, user, ...workers] = await begin(4, 5);
    const read: Row[] = [];
    let isOver = false;
    const work = async (session: Session) => {
      while (!isOver) {
        const queue = runIn(session);
        const claim = await queue.claim(1000, 15);
        if (claim === null) continue;
        read.push(...claim.rows);
        await settle(queue, claim);
      }
    };
    const working = Promise.all(workers.map(work));
    const written = new Map<string, number>();

    try {
      for (let n = 1; n <= 1000; n++) {
        const [row] = await user.begin(async (tx) => {
          const key = 1 + n % 4;
          await tx`update notes set title = ${`${n}`} where id = ${key}`;
          return await tx`select version::text from portico.dirty_rows
            where key = ${tx.json([key])}`;
        });
        written.set(row?.["version"], n);
      }
    } finally {
      isOver = true;
    }
    await working;

    const old = read.filter(({ version, text }) =>
      Number(text) < (written.get(version) ?? 0)
    );
    deepStrictEqual(old, []);
    ok(read.length > 20, `${read.length} rows were read`);
    await workOff(sql);
    deepStrictEqual(await textsIn(sql), ["1000", "997", "998", "999"]);
    deepStrictEqual(await prove(sql), { rows: 4, ...RIGHT });
  },
);

serviceTest(
  "of eight who take rows at the same instant none has another's",
  async () => {
    const [sql, ...others] = await begin(1000, 8);

    for (let round = 0; round < 10; round++) {
      const claims = await Promise.all(
        [sql, ...others].map((session) => runIn(session).claim(50, 15)),
      );
      const keys = claims.flatMap((it) => it === null ? [] : keysOf(it));

      strictEqual(new Set(keys).size, keys.length);
      ok(keys.length >= 50, `${keys.length} rows were taken`);
      await sql`update portico.dirty_rows set due_at = now() - interval '1 hour',
        lease = null, attempts = 0`;
    }
  },
);

serviceTest(
  "a row that is changed while it is at fault is not set aside for it",
  async () => {
    const [sql, user] = await begin(1);
    await sql`update portico.dirty_rows set faults = 4`;
    const queue = runIn(sql);
    const { generation, rows } = await claim(queue);
    await user`update notes set title = 'changed'`;

    const failed = rows.map((it) => ({ ...it, reason: "bad" }));
    strictEqual(await queue.fail(generation, failed), 0);

    await workOff(sql);
    deepStrictEqual(await prove(sql), { rows: 1, ...RIGHT });
  },
);

serviceTest(
  "a row that is changed while whoever had it is dead is tried again",
  async () => {
    const [sql, user] = await begin(1);
    await sql`update portico.dirty_rows set attempts = 9`;
    await claim(runIn(sql));
    await user`update notes set title = 'changed'`;

    await letTimePass(sql);
    const { rows, buried } = await claim(runIn(sql));

    deepStrictEqual([rows.length, buried], [1, 0]);
  },
);

serviceTest(
  "who ends gives back what it has, though there is nobody to call",
  async () => {
    const [sql] = await begin(3);
    const queue = runIn(sql);
    strictEqual(await queue.begin(), "begun");
    await claim(queue, 1);

    await queue.end(); // without secrets in Vault

    deepStrictEqual(keysOf(await claim(runIn(sql))), ["[1]", "[2]", "[3]"]);
    deepStrictEqual([...await sql`select from portico.index_runs`], []);
  },
);

serviceTest(
  "who leaves a provider alone for it says not how long does so for a second",
  async () => {
    const [sql] = await begin(1);
    const queue = runIn(sql);
    const { generation } = await claim(queue);

    await queue.pause(generation, { reason: "down", pauseS: null });

    const { waitS = NaN } = await runIn(sql).tend(1000);
    ok(waitS <= 1, `${waitS} s`);
  },
);

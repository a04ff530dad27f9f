/**
 * No text is paid for twice: runs that want the same one at the same time ask for
 * it once, and none waits for one that is dead.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Embedder } from "../../supabase/functions/_shared/embed/embedder.ts";
import { index } from "../../supabase/functions/vector-index/batch.ts";
import type {
  Claim,
  Queue,
  Reserved,
} from "../../supabase/functions/vector-index/queue.ts";
import { RIGHT } from "../index/shelf.ts";
import {
  begin,
  claim,
  end,
  keysOf,
  letTimePass,
  prove,
  runIn,
} from "./notes.ts";
import type { Session } from "./project.ts";
import { serviceTest } from "./service.ts";

Deno.test.afterAll(end);

/** A provider, and every text that it was asked for. */
function provider(): { asked: string[]; embedder: Embedder } {
  const asked: string[] = [];
  return {
    asked,
    embedder: {
      ...{ dimensions: 2, maxTokens: 100, maxBatch: 100 },
      embed(texts) {
        asked.push(...texts);
        const vectors = texts.map(() => Float32Array.of(1, 0));
        return Promise.resolve({ vectors, tokens: texts.length });
      },
    },
  };
}

/** Indexes what was claimed; `amid` happens while the provider is asked. */
function work(
  queue: Queue,
  claim: Claim,
  embedder: Embedder,
  amid: () => Promise<unknown> = () => Promise.resolve(),
) {
  const { signal } = new AbortController();
  const slow: Embedder = {
    ...embedder,
    async embed(texts, how) {
      await amid();
      return await embedder.embed(texts, how);
    },
  };
  return index(claim, { queue, signal, embedder: () => Promise.resolve(slow) });
}

/** Whatever is left, by a run of its own. */
async function finish(sql: Session, embedder: Embedder): Promise<void> {
  const queue = runIn(sql);
  for (;;) {
    await letTimePass(sql);
    const left = await queue.claim(1000, 15);
    if (left === null) return;
    await work(queue, left, embedder);
  }
}

/** What a run wants for what it has: each row its text. */
function reserve(queue: Queue, { generation, rows }: Claim): Promise<Reserved> {
  const wanted = rows.map(({ key, seal = "" }) => ({ key, hashes: [seal] }));
  return queue.reserve(generation, wanted);
}

serviceTest(
  "a text that moves to another key while it is embedded is paid for once",
  async () => {
    const [sql, user, other] = await begin(2);
    const { asked, embedder } = provider();
    const first = runIn(sql);
    const second = runIn(other);

    await work(first, await claim(first), embedder, async () => {
      await user`update notes set id = 9 where id = 1`;
      const moved = await claim(second);
      deepStrictEqual(keysOf(moved), ["[9]"]);
      const { written } = await work(second, moved, embedder);
      strictEqual(written, 0);
    });
    await finish(sql, embedder);

    deepStrictEqual(asked, ["text 1", "text 2"]);
    deepStrictEqual(await prove(sql), { rows: 2, ...RIGHT });
  },
);

serviceTest(
  "a row that waits for another run's vector has all its tries, and waits a moment",
  async () => {
    const [sql, , other] = await begin(2);
    await sql`update notes set title = 'same'`;
    const first = runIn(sql);
    await reserve(first, await claim(first, 1));
    const second = runIn(other);
    const [one] = await sql`select now() as now`;

    const { deferred } = await reserve(second, await claim(second, 1));

    const [row] = await sql`
      select attempts, lease, due_at between ${one?.["now"]} and now() + '1 s'
        as soon
      from portico.dirty_rows where key = ${deferred[0] ?? ""}::text::jsonb`;
    deepStrictEqual({ ...row }, { attempts: 0, lease: null, soon: true });
  },
);

serviceTest(
  "of eight who want the same texts at the same instant one asks for each",
  async () => {
    const [sql, ...others] = await begin(400, 8);
    await sql`update notes set title = 'text ' || id % 50`;

    const runs = await Promise.all([sql, ...others].map(async (session) => {
      const queue = runIn(session);
      return { queue, taken: await claim(queue, 50) };
    }));

    const texts = await Promise.all(runs.map(async ({ queue, taken }) => {
      const { deferred } = await reserve(queue, taken);
      const mine = taken.rows.filter(({ key }) => !deferred.includes(key));
      return new Set(mine.map(({ text }) => text));
    }));

    strictEqual(runs.flatMap(({ taken }) => taken.rows).length, 400);
    const asked = texts.flatMap((it) => [...it]);
    deepStrictEqual([asked.length, new Set(asked).size], [50, 50]);
  },
);

serviceTest("who asks again what to ask for gets the same answer", async () => {
  const [sql] = await begin(2);
  const queue = runIn(sql);
  const taken = await claim(queue);

  const answers = [await reserve(queue, taken), await reserve(queue, taken)];

  deepStrictEqual(answers, Array(2).fill({ known: [], deferred: [] }));
});

serviceTest("nobody waits for a vector that is there already", async () => {
  const [sql, , other] = await begin(2);
  await sql`update notes set title = 'same'`;
  const first = runIn(sql);
  const taken = await claim(first, 1);
  await reserve(first, taken);
  const hash = taken.rows[0]?.seal ?? "";
  await first.keep(taken.generation, { [hash]: "{1,0}" }, {
    ...{ calls: 1, texts: 1, tokens: 1 },
  });

  const second = runIn(other);
  const answer = await reserve(second, await claim(second, 1));

  deepStrictEqual(answer, { known: [hash], deferred: [] });
});

/** How a run ends that was going to ask for a text. */
const ENDS: readonly [
  how: string,
  end: (queue: Queue, claim: Claim, sql: Session) => Promise<unknown>,
][] = [
  [
    "has settled",
    (queue, { generation }) =>
      queue.settle(generation, [], { vectors: {}, used: null, paid: true }),
  ],
  ["leaves its provider alone", async (queue, { generation }, sql) => {
    await queue.pause(generation, { reason: "down", pauseS: 1 });
    await sql`update portico.index_progress set not_before = '-infinity'`;
  }],
  ["has ended", (queue) => queue.end()],
  [
    "is dead",
    (_queue, _claim, sql) =>
      sql`update portico.embedding_requests set until = until - '15 s'::interval`,
  ],
];

for (const [how, end] of ENDS) {
  serviceTest(`nobody waits for the texts of a run that ${how}`, async () => {
    const [sql, , other] = await begin(2);
    await sql`update notes set title = 'same'`;
    const first = runIn(sql);
    const taken = await claim(first, 1);
    await reserve(first, taken);

    await end(first, taken, sql);
    await letTimePass(sql);

    const second = runIn(other);
    const { known, deferred } = await reserve(second, await claim(second));
    deepStrictEqual([known, deferred], [[], []]);
  });
}

serviceTest(
  "who says that it lives keeps its texts as long as its rows",
  async () => {
    const [sql] = await begin(1);
    const queue = runIn(sql);
    const until = async () => {
      const [row] = await sql<{ s: number }[]>`
      select extract(epoch from until - clock_timestamp())::float8 as s
      from portico.embedding_requests`;
      return row?.s ?? NaN;
    };
    await reserve(queue, await claim(queue));
    const before = await until();

    await queue.beat(60);

    ok(before > 5 && before <= 15, `${before} s`);
    const after = await until();
    ok(after > 50 && after <= 60, `${after} s`);
  },
);

serviceTest("what is given back is not reserved", async () => {
  const [sql, other, third] = await begin(3);
  await sql`update notes set title = 'same' where id < 3`;
  const [one, two] = [runIn(sql), runIn(other)];
  const { generation } = await claim(one, 1);
  await one.reserve(generation, [{ key: "[1]", hashes: ["\\x01"] }]);
  await claim(two, 1);

  const { deferred } = await two.reserve(generation, [
    { key: "[2]", hashes: ["\\x01", "\\x02"] },
  ]);

  deepStrictEqual(deferred, ["[2]"]);
  const last = runIn(third);
  await claim(last, 1);
  const rest = await last.reserve(generation, [
    { key: "[3]", hashes: ["\\x02"] },
  ]);
  deepStrictEqual(rest.deferred, []);
});

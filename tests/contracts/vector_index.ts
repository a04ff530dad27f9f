/**
 * What `vector-index` promises over HTTP.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { assertProblem } from "../../supabase/functions/_shared/testing/assert.ts";
import { RIGHT } from "../index/shelf.ts";
import { assertSame } from "../sink/pool.ts";
import { until } from "../until.ts";
import { type Clause, type Contract, isThere } from "./contract.ts";
import { COSTLY, FAILING } from "./costly_runs.ts";
import { askIndex, isIdle, NAME, notesIn, tallyOf } from "./indexes.ts";
import { operator, signed } from "./sweeps.ts";

/** All that `portico.nudge('vector-index')` says. */
const NUDGE = { function: "vector-index" };

/** What a database webhook of the dashboard says. */
const DELIVERY = {
  type: "INSERT",
  schema: "public",
  table: "contract_notes",
  record: { id: 1, body: "what nobody should believe" },
  "old_record": null,
};

const MARKDOWN = `# Refunds

Money goes back **within** a week, by the way it came.

## Abroad

${"Banks of other countries take their time, and their share. ".repeat(9)}

# 返金

${"お金は一週間以内に返金されます。".repeat(9)}
`;

/** A format, a text of it, and how its chunks begin. */
const TEXTS: readonly [format: string, text: string, chunks: string[]][] = [
  ["text", "One line.", ["One line."]],
  ["markdown", MARKDOWN, [
    "Refunds\n\nMoney goes back within a",
    "Abroad",
    "返金",
  ]],
  [
    "html",
    "<h1>Refunds</h1><p>Money &amp; goods</p><script>evil()</script>",
    ["Refunds\n\nMoney & goods"],
  ],
];

const clauses: Clause[] = [
  isThere("vector-index"),
  {
    name: "vector-index brings a table into the index, and follows it",
    async run(place) {
      await using notes = await notesIn(place.world);
      await notes.add(["a cat", "a dog", "a horse"]);
      const first = await tallyOf(await askIndex(place));
      await notes.run(
        `delete from public.contract_notes where id = 1;
         update public.contract_notes set body = 'a hound' where id = 2`,
      );

      const second = await tallyOf(await askIndex(place));

      deepStrictEqual([first.written, second.written], [3, 2]);
      deepStrictEqual(await notes.prove(NAME), { rows: 2, ...RIGHT });
      deepStrictEqual(await notes.contents(NAME), {
        "[2]": ["a hound"],
        "[3]": ["a horse"],
      });
    },
  },
  {
    name: "vector-index answers a nudge before the work is done",
    async run(place) {
      await using notes = await notesIn(place.world);
      await notes.add(["a cat", "a dog"]);
      const { webhookSecret } = place.world.stack.keys;
      const body = JSON.stringify(NUDGE);

      const nudge = signed(webhookSecret, { body });
      const response = await askIndex(place, body, nudge);

      strictEqual(response.status, 202);
      // pg_net keeps it where every role can read it.
      deepStrictEqual(Object.keys(await response.json()), ["run"]);
      await until(() => isIdle(notes));
      deepStrictEqual(await notes.prove(NAME), { rows: 2, ...RIGHT });
    },
  },
  {
    name: "vector-index does nothing of what nobody watches",
    async run(place) {
      await using notes = await notesIn(place.world);
      await notes.add(["a cat"]);

      const others = { ...DELIVERY, table: "others" };
      const response = await askIndex(place, others);

      strictEqual(response.status, 202);
      deepStrictEqual(await response.json(), { outcome: "unwatched" });
      strictEqual((await notes.queue()).length, 1);
    },
  },
  {
    name: "W1 vector-index does nothing for strangers",
    async run(place) {
      await using notes = await notesIn(place.world);
      await notes.add(["a cat"]);
      const { publishable, webhookSecret } = place.world.stack.keys;

      for (
        const headers of [
          {},
          { apikey: publishable },
          { "x-webhook-secret": "a-secret-that-nobody-has-set" },
          signed(webhookSecret, { body: '{"function":"sweep"}' }),
        ]
      ) {
        const response = await askIndex(place, DELIVERY, headers);
        await assertProblem(response, { status: 401 });
      }
      deepStrictEqual(await notes.queue(), ["[1]"]);
      deepStrictEqual(await notes.contents(NAME), {});
    },
  },
  {
    name: "vector-index says what it cannot read",
    async run(place) {
      const { table: _, ...rest } = DELIVERY;

      for (const body of [rest, { function: "sweep" }, { force: true }, 1]) {
        const response = await askIndex(place, body);
        await assertProblem(response, { status: 422, title: "Invalid input" });
      }
    },
  },
  ...TEXTS.map(([format, text, chunks]): Clause => ({
    name: `vector-index cuts ${format}`,
    async run(place) {
      const chunking = JSON.stringify({ format, maxTokens: 256 });
      const options = `, chunking => '${chunking}'`;
      await using notes = await notesIn(place.world, options);
      await notes.add([text]);

      await tallyOf(await askIndex(place));

      const { "[1]": cut = [] } = await notes.contents(NAME);
      deepStrictEqual(
        chunks.map((it, at) => cut[at]?.slice(0, it.length)),
        chunks,
      );
      ok(cut.every((it) => !/evil|\*|undefined/.test(it)));
      deepStrictEqual(await notes.prove(NAME), { rows: 1, ...RIGHT });
    },
  })),
  {
    name: "W9 vector-index leaves a model alone that is not to be had",
    async run(place) {
      const options = ", model => 'nobody-has-it', dimensions => 8";
      await using notes = await notesIn(place.world, options);
      await notes.add(["a cat"]);

      const { written, paused } = await tallyOf(await askIndex(place));

      deepStrictEqual([written, paused.length], [0, 1]);
      match(paused[0] ?? "", /^refused: /);
      deepStrictEqual(
        await notes.rows("select attempts, error from portico.dirty_rows"),
        [{ attempts: 0, error: null }],
      );
    },
  },
  {
    name: "vector-index has in a Vector bucket what it has in its index",
    async run(place) {
      await using notes = await notesIn(place.world);
      await notes.run(`select portico.sink('${NAME}', 'contracts', 'notes')`);
      await notes.add(["a cat", "a dog", "a horse"]);
      await tallyOf(await askIndex(place));
      await notes.run(
        `delete from public.contract_notes where id = 1;
         update public.contract_notes set body = 'a hound' where id = 2`,
      );

      const { sink } = await tallyOf(await askIndex(place));

      deepStrictEqual(sink, { written: 2, moved: 0, failed: 0, paused: [] });
      const at = { bucket: "contracts", index: "notes" };
      strictEqual(await assertSame(place.world, NAME, at), 2);
      await notes.run(`select portico.unsink('${NAME}')`);
      await tallyOf(await askIndex(place));
      const bucket = place.world.service().storage.vectors.from("contracts");
      const { data } = await bucket.listIndexes();
      deepStrictEqual(data?.indexes, []);
    },
  },
  {
    name: "vector-index shows an operator how every source is doing",
    async run(place) {
      await using notes = await notesIn(place.world);
      await notes.add(["a cat"]);
      await tallyOf(await askIndex(place));
      await notes.add(["a dog"]);

      const response = await place.call("", { headers: operator(place) });

      const { sources: [{ generations, ...source }] } = await response.json();
      deepStrictEqual(
        [source.source, source.table, source.serving, source.deadRows],
        [NAME, "public.contract_notes", 1, []],
      );
      deepStrictEqual(
        generations.map(({ model, state, queued }: Record<string, unknown>) => [
          ...[model, state, queued],
        ]),
        [["static-en", "current", 1]],
      );
      const { publishable: apikey } = place.world.stack.keys;
      const refused = await place.call("", { headers: { apikey } });
      await assertProblem(refused, { status: 401 });
    },
  },
];

/** The whole of it. */
export const contract: Contract = {
  clauses,
  costly: COSTLY,
  failing: FAILING,
};

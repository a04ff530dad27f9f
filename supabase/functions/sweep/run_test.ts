import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { sweep } from "./run.ts";
import type { Batch, Begun, Tasks } from "./tasks.ts";

const RUN = "11111111-0000-4000-8000-000000000001";
const BUDGET = { batchRows: 10, maxBatches: 6, wallMs: 60_000 };

/** Tasks that have so many rows each, and who was served in which order. */
function outside(rows: Readonly<Record<string, number>>) {
  const left = new Map(Object.entries(rows));
  const served: string[] = [];
  const paused: string[] = [];
  const tasks: Tasks = {
    begin: () => Promise.reject(new Error("Not in this test")),
    batch(task, _run, size): Promise<Batch> {
      served.push(task);
      const before = left.get(task) ?? 0;
      const removed = Math.min(size, before);
      left.set(task, before - removed);
      const more = removed < before;
      return Promise.resolve({ outcome: "swept", removed, failed: 0, more });
    },
    pause(task) {
      paused.push(task);
      return Promise.resolve();
    },
    list: () => Promise.resolve([]),
  };
  const begun = Object.entries(rows).map(([task, due]): Begun => {
    return { task, outcome: "began", due, total: due };
  });
  return { tasks, begun, served, paused };
}

Deno.test("sweep() serves every task in turn, until nothing is due", async () => {
  const { tasks, begun, served, paused } = outside({ a: 25, b: 5, c: 12 });

  const results = await sweep(tasks, { run: RUN, begun }, BUDGET);

  deepStrictEqual(served, ["a", "b", "c", "a", "c", "a"]);
  deepStrictEqual(
    results.map(({ task, outcome, removed }) => [task, outcome, removed]),
    [["a", "done", 25], ["b", "done", 5], ["c", "done", 12]],
  );
  deepStrictEqual(paused, []);
});

Deno.test("C4 sweep() stops at its budget, gives back and says what is left", async () => {
  const { tasks, begun, served, paused } = outside({ a: 1_000_000, b: 15 });

  const results = await sweep(tasks, { run: RUN, begun }, BUDGET);

  strictEqual(served.length, BUDGET.maxBatches);
  deepStrictEqual(results, [
    { task: "a", outcome: "more", removed: 40, failed: 0, remaining: 999_960 },
    { task: "b", outcome: "done", removed: 15, failed: 0, remaining: 0 },
  ]);
  deepStrictEqual(paused, ["a"]);
});

Deno.test("C4 sweep() begins no batch when its time is up", async () => {
  const { tasks, begun, served, paused } = outside({ a: 5 });

  const [result] = await sweep(tasks, { run: RUN, begun }, {
    ...BUDGET,
    wallMs: 0,
  });

  deepStrictEqual(served, []);
  deepStrictEqual(paused, ["a"]);
  strictEqual(result?.outcome, "more");
});

Deno.test("sweep() leaves alone what it does not have", async () => {
  const { tasks, served, paused } = outside({});
  const begun: Begun[] = [
    { task: "a", outcome: "held" },
    { task: "b", outcome: "capped", due: 9_000, total: 10_000, maxShare: 0.5 },
    { task: "c", outcome: "done", due: 0, total: 3 },
  ];

  const results = await sweep(tasks, { run: RUN, begun }, BUDGET);

  deepStrictEqual(served, []);
  deepStrictEqual(paused, []);
  deepStrictEqual(
    results.map(({ outcome, remaining }) => [outcome, remaining]),
    [["held", 0], ["capped", 9_000], ["done", 0]],
  );
});

Deno.test("sweep() lets go of a task that somebody has taken over", async () => {
  const { tasks, begun, paused } = outside({ a: 50 });
  const taken: Tasks = {
    ...tasks,
    batch: () => Promise.resolve({ outcome: "lost" }),
  };

  const [result] = await sweep(taken, { run: RUN, begun }, BUDGET);

  strictEqual(result?.outcome, "lost");
  deepStrictEqual(paused, []);
});

Deno.test("sweep() ends with the first error", async () => {
  const { tasks, begun } = outside({ a: 50 });
  const down = new Error("Down");

  await rejects(
    sweep({ ...tasks, batch: () => Promise.reject(down) }, {
      run: RUN,
      begun,
    }, BUDGET),
    down,
  );
});

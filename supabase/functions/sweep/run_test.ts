import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { sweep } from "./run.ts";
import type { Batch, Begun, Tasks } from "./tasks.ts";

const RUN = "11111111-0000-4000-8000-000000000001";
const BUDGET = { batchRows: 10, maxBatches: 6, wallMs: 60_000 };

/** Tasks that have so many rows each, and who was served in which order. */
function outside(rows: Readonly<Record<string, number>>) {
  const left = new Map(Object.entries(rows));
  const served: string[] = [];
  const paused: string[] = [];
  const alerts: unknown[] = [];
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
    skip(task) {
      left.set(task, (left.get(task) ?? 0) - 1);
      return Promise.resolve();
    },
    end(task, _run, outcome) {
      paused.push(`${task} ${outcome}`);
      return Promise.resolve();
    },
    list: () => Promise.resolve([]),
  };
  const begun = Object.entries(rows).map(([task, due]): Begun => {
    return { task, outcome: "began", due, total: due };
  });
  const alert = (error: unknown) => void alerts.push(error);
  const run = { id: RUN, begun, budget: BUDGET, alert };
  return { tasks, run, served, paused, alerts };
}

Deno.test("sweep() serves every task in turn, until nothing is due", async () => {
  const { tasks, run, served, paused } = outside({ a: 25, b: 5, c: 12 });

  const results = await sweep(tasks, run);

  deepStrictEqual(served, ["a", "b", "c", "a", "c", "a"]);
  deepStrictEqual(
    results.map(({ task, outcome, removed }) => [task, outcome, removed]),
    [["a", "done", 25], ["b", "done", 5], ["c", "done", 12]],
  );
  deepStrictEqual(paused, []);
});

Deno.test("C4 sweep() stops at its budget, gives back and says what is left", async () => {
  const { tasks, run, served, paused } = outside({ a: 1_000_000, b: 15 });

  const results = await sweep(tasks, run);

  strictEqual(served.length, BUDGET.maxBatches);
  deepStrictEqual(results, [
    { task: "a", outcome: "more", removed: 40, failed: 0, remaining: 999_960 },
    { task: "b", outcome: "done", removed: 15, failed: 0, remaining: 0 },
  ]);
  deepStrictEqual(paused, ["a more"]);
});

Deno.test("C4 sweep() begins no batch when its time is up", async () => {
  const { tasks, run, served, paused } = outside({ a: 5 });

  const budget = { ...BUDGET, wallMs: 0 };
  const [result] = await sweep(tasks, { ...run, budget });

  deepStrictEqual(served, []);
  deepStrictEqual(paused, ["a more"]);
  strictEqual(result?.outcome, "more");
});

Deno.test("sweep() leaves alone what it does not have", async () => {
  const { tasks, run, served, paused } = outside({});
  const begun: Begun[] = [
    { task: "a", outcome: "held" },
    { task: "b", outcome: "capped", due: 9_000, total: 10_000, maxShare: 0.5 },
    { task: "c", outcome: "done", due: 0, total: 3 },
  ];

  const results = await sweep(tasks, { ...run, begun });

  deepStrictEqual(served, []);
  deepStrictEqual(paused, []);
  deepStrictEqual(
    results.map(({ outcome, remaining }) => [outcome, remaining]),
    [["held", 0], ["capped", 9_000], ["done", 0]],
  );
});

Deno.test("sweep() lets go of a task that somebody has taken over", async () => {
  const { tasks, run, paused } = outside({ a: 50 });
  const taken: Tasks = {
    ...tasks,
    batch: () => Promise.resolve({ outcome: "lost" }),
  };

  const [result] = await sweep(taken, run);

  strictEqual(result?.outcome, "lost");
  deepStrictEqual(paused, []);
});

Deno.test("C5 sweep() goes on with the others when a task fails", async () => {
  const { tasks, run, paused, alerts } = outside({ a: 5, b: 5 });
  const down = new Error("Down");
  const failing: Tasks = {
    ...tasks,
    batch: (task, id, rows) =>
      task === "a" ? Promise.reject(down) : tasks.batch(task, id, rows),
    skip: () => Promise.reject(down),
  };

  const results = await sweep(failing, run);

  deepStrictEqual(
    results.map(({ task, outcome }) => [task, outcome]),
    [["a", "failed"], ["b", "done"]],
  );
  deepStrictEqual(alerts, [down]);
  deepStrictEqual(paused, ["a failed"]);
});

Deno.test("C5 sweep() finds the row that takes too long, and skips it", async () => {
  const { tasks, run, alerts } = outside({ a: 15 });
  const slow = new Error("Statement timeout");
  const sizes: number[] = [];
  let isThere = true;
  const hanging: Tasks = {
    ...tasks,
    batch(task, id, rows) {
      sizes.push(rows);
      return isThere ? Promise.reject(slow) : tasks.batch(task, id, rows);
    },
    skip(task, id) {
      isThere = false;
      return tasks.skip(task, id);
    },
  };

  const [result] = await sweep(hanging, {
    ...run,
    budget: { ...BUDGET, batchRows: 100, maxBatches: 100 },
  });

  deepStrictEqual(sizes.slice(0, 4), [100, 10, 1, 1]);
  deepStrictEqual(
    [result?.outcome, result?.removed, result?.failed],
    ["done", 14, 1],
  );
  deepStrictEqual(alerts, [slow]);
});

Deno.test("sweep() does not ask again for what is in somebody's hand", async () => {
  const { tasks, run, paused } = outside({ a: 5 });
  let asked = 0;
  const locked: Tasks = {
    ...tasks,
    batch() {
      asked++;
      const nothing = { removed: 0, failed: 0, more: true };
      return Promise.resolve({ outcome: "swept", ...nothing });
    },
  };

  const [result] = await sweep(locked, run);

  strictEqual(asked, 1);
  strictEqual(result?.outcome, "more");
  deepStrictEqual(paused, ["a more"]);
});

Deno.test("sweep() looks at the clock before each batch", async () => {
  const names = Array.from({ length: 50 }, (_, n) => [`t${n}`, 1] as const);
  const { tasks, run, served } = outside(Object.fromEntries(names));
  const slow: Tasks = {
    ...tasks,
    async batch(task, id, rows) {
      await new Promise((go) => setTimeout(go, 20));
      return await tasks.batch(task, id, rows);
    },
  };

  const budget = { ...BUDGET, maxBatches: 1000, wallMs: 30 };
  await sweep(slow, { ...run, budget });

  strictEqual(served.length < 10, true);
});

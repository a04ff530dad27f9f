import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import {
  type Custom,
  officeThat,
  PLACE,
  rowOf,
  rowsTask,
} from "../testing/sink.ts";
import { BucketFault } from "./fault.ts";
import type { Task } from "./ledger.ts";

/** Does all that is to be done. */
async function work(tasks: readonly (Task | "done")[], custom: Custom = {}) {
  const office = officeThat(tasks, custom);
  while (await office.sink.step());
  return office;
}

const MAKE: Task = { ...PLACE, outcome: "make", dimensions: 1, isBegun: false };

Deno.test("Sink puts rows before it removes what they have no more", async () => {
  const rows = [rowOf(1, 2), rowOf(2, 1, 3), rowOf(3, 0, 1)];

  const { steps, sink } = await work([rowsTask(rows)]);

  const [, put, take, settle] = steps;
  deepStrictEqual(put?.[0], "put");
  const keys = (put?.[2] as string[]).map((it) => JSON.parse(it).key);
  deepStrictEqual(keys, ["[1]#0", "[1]#1", "[2]#0"]);
  deepStrictEqual(take?.slice(0, 3), ["take", rowsTask(rows), [
    ...["[2]#1", "[2]#2", "[3]#0"],
  ]]);
  const settled = rows.map(({ vectors: _, ...row }) => row);
  deepStrictEqual(settle, ["settleRows", 4, settled, []]);
  strictEqual(sink.tally.written, 3);
});

Deno.test("Sink sends nothing for rows that have nothing", async () => {
  const { names } = await work([rowsTask([rowOf(1, 0)])]);

  deepStrictEqual(names(), ["claim", "settleRows", "claim"]);
});

Deno.test("Sink makes an index once it is written down that it will", async () => {
  const { names } = await work([MAKE]);

  deepStrictEqual(names(), [
    ...["claim", "find", "hold", "make", "settleIndex", "claim"],
  ]);
});

Deno.test("Sink makes an index anew that it may have begun to make", async () => {
  const find = () => Promise.resolve({ dimensions: 1, metric: "cosine" });
  const { names } = await work([{ ...MAKE, isBegun: true }], {
    bucket: { find },
  });

  deepStrictEqual(names().slice(1, -1), [
    ...["find", "hold", "remove", "make", "settleIndex"],
  ]);
});

Deno.test("Sink leaves an index alone that is somebody else's", async () => {
  const find = () => Promise.resolve({ dimensions: 1, metric: "cosine" });
  const { names, sink } = await work([MAKE], { bucket: { find } });

  deepStrictEqual(names(), ["claim", "find", "pause", "claim"]);
  strictEqual(sink.tally.paused.length, 1);
});

Deno.test("Sink does not take an index for its own that came when it looked away", async () => {
  const make = () => Promise.reject(new BucketFault("taken", "Taken"));

  const { steps, names } = await work([MAKE], { bucket: { make } });

  deepStrictEqual(names().slice(1, -1), [
    ...["find", "hold", "make", "settleIndex", "pause"],
  ]);
  deepStrictEqual(steps[4], ["settleIndex", 4, false]);
});

Deno.test("Sink removes an index, and says so", async () => {
  const { steps } = await work([{ ...PLACE, outcome: "remove" }]);

  deepStrictEqual(
    steps.slice(1, 3).map(([name, ...given]) => [
      name,
      ...given.slice(-1),
    ]),
    [["remove", { ...PLACE, outcome: "remove" }], ["settleIndex", false]],
  );
});

Deno.test("Sink removes what nobody knows before it says what it has seen", async () => {
  const vectors = ["a", "b", "c"].map((name) => ({ name }));
  const list = () => Promise.resolve({ vectors, next: "d", chars: 9 });
  const task: Task = { ...PLACE, outcome: "list", size: 3 };
  const see = (_: number, given: readonly { name: string }[]) =>
    Promise.resolve(given.length === 3 ? ["b", "b"] : []);

  const { steps } = await work([task], { bucket: { list }, ledger: { see } });

  deepStrictEqual(steps.slice(2, -1), [
    ["see", 4, vectors, "d"],
    ["take", task, ["b"]],
    ["see", 4, [{ name: "a" }, { name: "c" }], "d"],
  ]);
});

Deno.test("Sink blames a row whose vectors are rejected, and puts the others", async () => {
  const rows = Array.from({ length: 9 }, (_, n) => rowOf(n, 1));
  const isBad = (it: string) => it.includes('"[4]#0"');
  const put = (_: unknown, vectors: readonly string[]) =>
    vectors.some(isBad)
      ? Promise.reject(
        new BucketFault("rejected", "No", { said: "It is too long" }),
      )
      : Promise.resolve();
  const find = () => Promise.resolve({ dimensions: 1, metric: "cosine" });

  const { steps, sink, names } = await work([rowsTask(rows)], {
    bucket: { put, find },
  });

  const [, , done, failed] = steps.find(([name]) => name === "settleRows") ??
    [];
  strictEqual((done as unknown[]).length, 8);
  deepStrictEqual(failed, [
    { key: "[4]", version: "4", reason: "It is too long" },
  ]);
  strictEqual(sink.tally.failed, 1);
  // Once, whether the index is what it should be.
  strictEqual(names().filter((it) => it === "find").length, 1);
});

/** What an index is found to be, after it has rejected something. */
const SHAPES: [
  why: string,
  shape: undefined | [number, string],
  kind: string,
][] = [
  ["is not there", undefined, "gone"],
  ["has other dimensions", [3, "cosine"], "refused"],
  ["compares otherwise", [1, "euclidean"], "refused"],
];

for (const [why, shape, kind] of SHAPES) {
  Deno.test(`Sink blames no row when the index ${why}`, async () => {
    const put = () => Promise.reject(new BucketFault("rejected", "No"));
    const find = () => {
      const [dimensions = 0, metric = ""] = shape ?? [];
      return Promise.resolve(shape && { dimensions, metric });
    };

    const { steps } = await work([rowsTask([rowOf(1, 1)])], {
      bucket: { put, find },
    });

    const [, place, fault] = steps.find(([name]) => name === "pause") ?? [];
    deepStrictEqual([place, (fault as { fault: string }).fault], [4, kind]);
    strictEqual(steps.some(([name]) => name === "settleRows"), false);
  });
}

Deno.test("Sink goes on with other indexes when one is left alone", async () => {
  const put = () =>
    Promise.reject(new BucketFault("limited", "Enough", { retryS: 7 }));
  const { steps, names } = await work([rowsTask([rowOf(1, 1)]), "done", MAKE], {
    bucket: { put },
  });

  deepStrictEqual(steps.find(([name]) => name === "pause"), [
    "pause",
    4,
    { fault: "limited", reason: "limited: Enough", pauseS: 7 },
  ]);
  strictEqual(names().at(-2), "settleIndex");
});

Deno.test("W8 Sink sends nothing once somebody else may have the index", async () => {
  const hold = () => Promise.resolve(false);
  const budget = { leaseS: 1, callMs: 1_001 };
  const { names } = await work([rowsTask([rowOf(1, 1)])], {
    ledger: { hold },
    budget,
  });

  deepStrictEqual(names(), ["claim", "hold", "claim"]);
});

Deno.test("Sink passes on what is nobody's fault", async () => {
  const down = new Error("Down");
  const settleRows = () => Promise.reject(down);
  const { sink } = officeThat([rowsTask([rowOf(1, 1)])], {
    ledger: { settleRows },
  });

  await rejects(sink.step(), down);
});

/** What is used up, and how many of five tasks are done. */
const BOUNDS: [why: string, budget: Custom["budget"], done: number][] = [
  ["tasks", { maxTasks: 3 }, 3],
  ["CPU", { maxCpuMs: 0 }, 1],
  ["time", { wallMs: -1 }, 0],
];

for (const [why, budget = {}, done] of BOUNDS) {
  Deno.test(`Sink ends when it has used its ${why}`, async () => {
    const tasks = Array.from({ length: 5 }, (_, n) => rowsTask([rowOf(n, 1)]));

    const { sink } = await work(tasks, { budget });

    strictEqual(sink.tally.written, done);
  });
}

Deno.test("Sink searches no longer than it may, and leaves the rest", async () => {
  const rows = Array.from({ length: 64 }, (_, n) => rowOf(n, 1));
  const put = () => Promise.reject(new BucketFault("rejected", "No"));
  const find = () => Promise.resolve({ dimensions: 1, metric: "cosine" });

  const { names, sink } = await work([rowsTask(rows)], {
    bucket: { put, find },
    budget: { maxSearch: 10 },
  });

  strictEqual(names().filter((it) => it === "put").length, 10);
  strictEqual(sink.tally.failed, 3);
  strictEqual(sink.tally.written, 0);
});

Deno.test("a call ends well within what it is leased for", async () => {
  const { sink } = await work([]);

  strictEqual(sink.hasWorked, false);
  const { leaseS, callMs } = sink.budget;
  strictEqual(callMs * 3 < leaseS * 1000, true);
});

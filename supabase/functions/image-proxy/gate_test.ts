import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { Gate, seats } from "./gate.ts";

/** Work that ends when it is told to. */
function tasks(gate: Gate, count: number) {
  const began: number[] = [];
  const ends = Array.from(
    { length: count },
    () => Promise.withResolvers<void>(),
  );
  const runs = ends.map(({ promise }, at) =>
    gate.pass(async () => {
      began.push(at);
      await promise;
      return at;
    })
  );
  return { began, ends, runs };
}

Deno.test("I19 few run at a time, in the order in which they came", async () => {
  const { began, ends, runs } = tasks(new Gate(seats(2), 10), 5);

  deepStrictEqual(began, [0, 1]);
  ends[1]?.resolve();
  await runs[1];
  await Promise.resolve();
  deepStrictEqual(began, [0, 1, 2]);
  for (const { resolve } of ends) resolve();

  deepStrictEqual(await Promise.all(runs), [0, 1, 2, 3, 4]);
});

Deno.test("I19 whoever finds the queue full is told when to come again", async () => {
  const gate = new Gate(seats(1), 1);
  const { began, ends, runs } = tasks(gate, 3);

  await rejects(Promise.resolve(runs[2]), {
    title: "Too busy",
    status: 503,
    headers: { "retry-after": "5" },
  });
  for (const { resolve } of ends) resolve();
  await Promise.all(runs.slice(0, 2));

  deepStrictEqual(began, [0, 1]);
});

Deno.test("I19 a place is free again when what had it has failed", async () => {
  const gate = new Gate(seats(1), 0);

  await rejects(gate.pass(() => Promise.reject(new Error("no"))), /no/);

  strictEqual(await gate.pass(() => Promise.resolve(1)), 1);
});

Deno.test("two who run at the same time have seats of their own", async () => {
  const gate = new Gate(["a", "b"], 10);
  const taken = new Set<string>();
  let most = 0;

  const runs = Array.from({ length: 9 }, () =>
    gate.pass(async (seat) => {
      strictEqual(taken.has(seat), false);
      taken.add(seat);
      most = Math.max(most, taken.size);
      await Promise.resolve();
      taken.delete(seat);
    }));
  await Promise.all(runs);

  strictEqual(most, 2);
});

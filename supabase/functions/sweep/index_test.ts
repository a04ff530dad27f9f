import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { problem } from "../_shared/problem.ts";
import { assertProblem } from "../_shared/testing/assert.ts";
import { testConfig } from "../_shared/testing/config.ts";
import sweep, { type Ports } from "./index.ts";
import type { Begun, Wish } from "./tasks.ts";

const CONFIG = testConfig("http://127.0.0.1:9");

/** An outside with these tasks, each of which has one batch to do. */
function outside(begun: readonly Begun[]) {
  const wishes: Wish[] = [];
  const alerts: string[] = [];
  const ports: Ports = {
    tasks: {
      begin(wish) {
        wishes.push(wish);
        return Promise.resolve(begun);
      },
      batch: () =>
        Promise.resolve({
          outcome: "swept",
          removed: 3,
          failed: 1,
          more: false,
        }),
      skip: () => Promise.resolve(),
      end: () => Promise.resolve(),
      list: () => Promise.resolve([{ task: "a" }]),
    },
    letters: () => Promise.resolve([]),
    monitor: (_run, work) => work(),
    alert: (error) => void alerts.push(String(error)),
    log() {},
  };
  return { ports, wishes, alerts };
}

function ask(
  ports: Ports,
  body: unknown,
  headers: Readonly<Record<string, string>> = { apikey: "sb_secret_test" },
): Promise<Response> {
  return sweep.within(CONFIG, ports).fetch(
    new Request("http://localhost/sweep", {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json", ...headers },
    }),
  );
}

Deno.test("sweep runs every task, and says what became of it", async () => {
  const { ports, wishes, alerts } = outside([
    { task: "a", outcome: "began", due: 4, total: 10 },
    { task: "b", outcome: "held" },
  ]);

  const response = await ask(ports, {});

  strictEqual(response.status, 200);
  const { run, tasks } = await response.json();
  deepStrictEqual(wishes, [{ run, wanted: undefined, confirmed: false }]);
  deepStrictEqual(tasks, [
    { task: "a", outcome: "done", removed: 3, failed: 1, remaining: 1 },
    { task: "b", outcome: "held", removed: 0, failed: 0, remaining: 0 },
  ]);
  deepStrictEqual(alerts, []);
});

Deno.test("sweep runs the tasks that are named, and more than their share if that is confirmed", async () => {
  const { ports, wishes } = outside([]);

  await ask(ports, { tasks: ["a"], confirm: true });

  deepStrictEqual(
    wishes.map(({ wanted, confirmed }) => ({ wanted, confirmed })),
    [{ wanted: ["a"], confirmed: true }],
  );
});

Deno.test("sweep tells people of a task that is broken, and nobody else", async () => {
  const { ports, alerts } = outside([
    { task: "a", outcome: "broken", error: "no such view" },
  ]);

  const response = await ask(ports, {});

  const text = await response.text();
  strictEqual(JSON.parse(text).tasks[0].outcome, "broken");
  strictEqual(text.includes("no such view"), false);
  strictEqual(alerts[0]?.includes("no such view"), true);
});

Deno.test("sweep tells people when a run would remove too much", async () => {
  const { ports, alerts } = outside([
    { task: "a", outcome: "capped", due: 9_000, total: 9_500, maxShare: 0.5 },
  ]);

  const response = await ask(ports, {});

  const { tasks: [task] } = await response.json();
  strictEqual(task.outcome, "capped");
  strictEqual(task.remaining, 9_000);
  strictEqual(alerts.length, 1);
});

for (
  const [why, body] of Object.entries({
    "a name that is no text": { tasks: [1] },
    "no name": { tasks: [] },
    "a task that is no list": { tasks: "uploads" },
    "a confirmation that is no boolean": { confirm: "yes" },
    "a field that it does not know": { force: true },
  })
) {
  Deno.test(`sweep refuses ${why}`, async () => {
    const { ports, wishes } = outside([]);

    const response = await ask(ports, body);

    await assertProblem(response, { status: 422, title: "Invalid input" });
    deepStrictEqual(wishes, []);
  });
}

Deno.test("sweep passes on why it cannot begin", async () => {
  const { ports } = outside([]);
  const differ = problem(503, "Clocks differ")("Cannot");
  const tasks = { ...ports.tasks, begin: () => Promise.reject(differ) };

  const response = await ask({ ...ports, tasks }, {});

  await assertProblem(response, { status: 503, title: "Clocks differ" });
});

Deno.test("sweep shows the last runs to an operator alone", async () => {
  const { ports } = outside([]);
  const { fetch } = sweep.within(CONFIG, ports);
  const show = (apikey: string) =>
    fetch(new Request("http://localhost/sweep", { headers: { apikey } }));

  deepStrictEqual(await (await show("sb_secret_test")).json(), {
    tasks: [{ task: "a" }],
  });
  strictEqual((await show("sb_publishable_test")).status, 401);
});

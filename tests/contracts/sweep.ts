/**
 * What `sweep` promises over HTTP.
 *
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { assertProblem } from "../../supabase/functions/_shared/testing/assert.ts";
import { BUDGET } from "../../supabase/functions/sweep/policy.ts";
import { until } from "../until.ts";
import {
  type Clause,
  type Contract,
  type Costly,
  isThere,
  type Place,
} from "./contract.ts";
import {
  ask,
  fill,
  NUDGE,
  operator,
  type Result,
  signed,
  type Uploads,
  uploads,
} from "./sweeps.ts";

/** These uploads, of somebody new. */
async function given({ world }: Place, wanted: Uploads): Promise<void> {
  const { id } = await world.newPerson();
  await fill(world, id, wanted);
}

const clauses: Clause[] = [
  isThere("sweep"),
  {
    name: "sweep does nothing for strangers",
    async run(place) {
      const { publishable, webhookSecret } = place.world.stack.keys;
      await given(place, { due: 3, live: 2 });

      const other = signed(webhookSecret, { body: '{"confirm":true}' });
      for (const headers of [{}, { apikey: publishable }, other]) {
        const response = await ask(place, {}, headers);
        await assertProblem(response, { status: 401 });
      }
      deepStrictEqual(await uploads(place.world), { due: 3, live: 2 });
    },
  },
  {
    name: "sweep removes what has had its time, and no more",
    async run(place) {
      await given(place, { due: 5, live: 4 });

      const response = await ask(place, { tasks: ["uploads"] });

      const { tasks } = await response.json();
      deepStrictEqual(tasks, [{
        task: "uploads",
        outcome: "done",
        removed: 5,
        failed: 0,
        remaining: 0,
      }]);
      deepStrictEqual(await uploads(place.world), { due: 0, live: 4 });
    },
  },
  {
    name: "sweep says which task it does not know",
    async run(place) {
      await given(place, { due: 1, live: 0 });

      const response = await ask(place, { tasks: ["uploads", "everything"] });

      await assertProblem(response, {
        status: 404,
        title: "Task not found",
        detail: 'Cannot run the task "everything"',
      });
      deepStrictEqual(await uploads(place.world), { due: 1, live: 0 });
    },
  },
  {
    name: "a nudge is answered before the work is done",
    async run(place) {
      const { world } = place;
      await given(place, { due: 3, live: 1 });

      const nudge = signed(world.stack.keys.webhookSecret);
      const response = await ask(place, NUDGE, nudge);

      strictEqual(response.status, 202);
      // pg_net keeps it where every role can read it.
      deepStrictEqual(Object.keys(await response.json()), ["run"]);
      await until(async () => (await uploads(world)).due === 0);
      deepStrictEqual(await uploads(world), { due: 0, live: 1 });
      await until(() => isIdle(place));
    },
  },
  {
    name: "an operator sees when each task ran",
    async run(place) {
      await given(place, { due: 2, live: 0 });
      await (await ask(place, { tasks: ["uploads"] })).body?.cancel();

      const response = await place.call("", { headers: operator(place) });

      const { tasks } = await response.json();
      const shown = tasks.find(({ task }: Result) => task === "uploads");
      deepStrictEqual(
        tasks.map(({ task }: Result) => task),
        [
          "admin_jobs",
          "audit",
          "embeddings",
          "image_changes",
          "intents",
          "job_runs",
          "links",
          "metric_history",
          "rate_limits",
          "uploads",
          "variant_uses",
        ],
      );
      strictEqual(shown.running, false);
      strictEqual(shown.removed, 2);
      strictEqual(Date.parse(shown.endedAt) >= Date.parse(shown.beganAt), true);
    },
  },
];

/** Whether no run has a task. */
async function isIdle({ world }: Place): Promise<boolean> {
  const held = await world.rows(
    "select from portico.tasks where holder is not null",
  );
  return held.length === 0;
}

/** A run that has all that a run does. */
const whole: Costly = {
  name: "a run of as many batches as one may have",
  status: 200,
  times: 1,
  async prepare(place) {
    await given(place, { due: BUDGET.batchRows * BUDGET.maxBatches, live: 0 });
    return () => ask(place, { tasks: ["uploads"], confirm: true });
  },
};

const idle: Costly = {
  name: "a run with nothing to remove",
  status: 200,
  prepare: (place) => Promise.resolve(() => ask(place, {})),
};

/** The whole of it. */
export const contract: Contract = {
  clauses,
  costly: [idle, whole],
  failing: idle,
};

/**
 * Removes what has had its time, a bounded batch after another. Cron calls it
 * through `portico.nudge()`, and an operator with a secret key.
 *
 *     POST /sweep  { tasks?, confirm? }  →  200 { run, tasks: Result[] }
 *                                           202 for a nudge: it does not wait
 *     GET  /sweep                        →  200 { tasks }: the last runs
 *
 * @module
 */
import { STATUS_CODE } from "@std/http/status";
import * as v from "valibot";
import { secret } from "../_shared/auth.ts";
import { afterAnswer } from "../_shared/background.ts";
import { either } from "../_shared/caller.ts";
import { afterwards, asService } from "../_shared/clients.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { fields } from "../_shared/fields.ts";
import { report } from "../_shared/report.ts";
import { route, type Scope } from "../_shared/route.ts";
import { KiB, seconds } from "../_shared/units.ts";
import { webhook } from "../_shared/webhook.ts";
import { BUDGET } from "./policy.ts";
import { sweep } from "./run.ts";
import { type Begun, supabaseTasks, type Tasks } from "./tasks.ts";

/** The last batch, and then the answer. */
const MARGIN_MS = seconds(10);

/** The outside world of this function. */
export interface Ports {
  readonly tasks: Tasks;
  /** Tells the people who run the project. */
  alert(error: unknown, run: string): void;
}

const input = fields({
  tasks: v.optional(
    v.pipe(
      v.array(v.string("Must be the name of a task"), "Must be a list"),
      v.minLength(1, "Must name a task"),
      v.maxLength(100, "Must name at most 100 tasks"),
    ),
  ),
  confirm: v.optional(v.boolean("Must be true or false"), false),
});

const operator = secret("default");
const cronOrOperator = either(webhook, operator);

export default endpoint<Ports>({
  name: "sweep",
  ports(scope: Scope) {
    const patient = afterwards(scope, BUDGET.wallMs + MARGIN_MS);
    return {
      // As the service: what it removes is nobody's to remove.
      tasks: supabaseTasks(asService(patient)),
      alert: (error, requestId) =>
        report(error, { function: "sweep", requestId }, scope.config),
    };
  },
  routes: {
    "POST /": route({
      auth: cronOrOperator,
      input,
      limits: { bodyBytes: 4 * KiB, timeoutMs: BUDGET.wallMs + MARGIN_MS },

      async handle({ caller, input }, { tasks, alert }) {
        const run = crypto.randomUUID();
        const { tasks: wanted, confirm: confirmed } = input;
        const begun = await tasks.begin({ run, wanted, confirmed });
        begun.filter(isCapped).forEach((it) => alert(tooMuch(it), run));

        const working = sweep(tasks, { run, begun }, BUDGET);
        if (caller.kind === "service") {
          return Response.json({ run, tasks: await working });
        }
        // pg_net waits for each of its calls before it sends the next ones.
        afterAnswer(working.catch((error) => alert(error, run)));
        const status = STATUS_CODE.Accepted;
        return Response.json({ run, tasks: begun }, { status });
      },
    }),

    "GET /": route({
      auth: operator,
      input: fields({}),
      limits: { bodyBytes: 0, timeoutMs: seconds(5) },

      async handle(_call, { tasks }) {
        return Response.json({ tasks: await tasks.list() });
      },
    }),
  },
});

function isCapped({ outcome }: Begun): boolean {
  return outcome === "capped";
}

function tooMuch({ task, due, total, maxShare }: Begun): Error {
  return new Error(
    `Cannot run ${task} unasked: ${due} of ${total} rows would go, ` +
      `more than ${maxShare} of them. Look at portico.due_${task}, then POST ` +
      `{ "tasks": ["${task}"], "confirm": true }`,
  );
}

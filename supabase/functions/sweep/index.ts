/**
 * Removes what has had its time, a bounded batch after another. Cron calls it
 * through `portico.nudge()`, and an operator with a secret key.
 *
 *     POST /sweep  { tasks?, confirm? }  →  200 { run, tasks: Result[] }
 *                                           202 { run } for a nudge
 *     GET  /sweep                        →  200 { tasks }: the last runs
 *
 * @module
 */
import { STATUS_CODE } from "@std/http/status";
import * as v from "valibot";
import { secret } from "../_shared/auth.ts";
import { afterAnswer, afterwards } from "../_shared/background.ts";
import { either } from "../_shared/caller.ts";
import { asService } from "../_shared/clients.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { fields } from "../_shared/fields.ts";
import { answerJson } from "../_shared/json_answer.ts";
import { logWork } from "../_shared/log.ts";
import { monitored, report } from "../_shared/report.ts";
import { route, type Scope } from "../_shared/route.ts";
import { KiB, seconds } from "../_shared/units.ts";
import { nudge } from "../_shared/webhook.ts";
import { complaintsOf, type Letters, supabaseLetters } from "./letters.ts";
import { BUDGET, MONITOR } from "./policy.ts";
import { type Result, sweep } from "./run.ts";
import { type Begun, supabaseTasks, type Tasks } from "./tasks.ts";

/** The last batch, and then the answer. */
const MARGIN_MS = seconds(10);

/** The outside world of this function. */
export interface Ports {
  readonly tasks: Tasks;
  readonly letters: Letters;
  /** Has Sentry know of a run that cron began: that it runs, and how it ends. */
  monitor<T>(run: string, work: () => Promise<T>): Promise<T>;
  /** Tells the people who run the project. */
  alert(error: unknown, run: string): void;
  /** Records what came of a run that nobody waited for. */
  log(results: readonly Result[], run: string): void;
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
  function: v.optional(v.literal("sweep", 'Must be "sweep"')),
});

const operator = secret("default");
const cronOrOperator = either(nudge("sweep"), operator);

export default endpoint<Ports>({
  name: "sweep",
  settings: ["SUPABASE_SECRET_KEYS", "WEBHOOK_SECRET"],
  ports(scope: Scope) {
    const patient = afterwards(scope, BUDGET.wallMs + MARGIN_MS);
    // As the service: what it removes is nobody's to remove.
    const service = asService(patient);
    return {
      tasks: supabaseTasks(service),
      letters: supabaseLetters(service),
      monitor: (requestId, work) =>
        monitored(MONITOR, { function: "sweep", requestId }, scope, work),
      alert: (error, requestId) =>
        report(error, { function: "sweep", requestId }, scope),
      log: (tasks, run) => logWork("sweep", { run, tasks }, scope),
    };
  },
  routes: {
    "POST /": route({
      auth: cronOrOperator,
      input,
      limits: { bodyBytes: 4 * KiB, timeoutMs: BUDGET.wallMs + MARGIN_MS },

      async handle({ caller, input }, ports) {
        const { tasks, letters, monitor, alert, log } = ports;
        const id = crypto.randomUUID();
        const { tasks: wanted, confirm: confirmed } = input;
        const begun = await tasks.begin({ run: id, wanted, confirmed });
        const tell = (error: unknown) => alert(error, id);
        begun.flatMap(complaintOf).forEach(tell);

        const run = { id, begun, budget: BUDGET, alert: tell };
        afterAnswer(
          letters().then((found) => complaintsOf(found).forEach(tell), tell),
        );
        if (caller.kind === "service") {
          return answerJson({ run: id, tasks: await sweep(tasks, run) });
        }
        const working = monitor(id, () => sweep(tasks, run));
        // pg_net waits for each of its calls before it sends the next ones, and
        // keeps the answer where every role can read it.
        afterAnswer(working.then((results) => log(results, id), tell));
        return answerJson({ run: id }, { status: STATUS_CODE.Accepted });
      },
    }),

    "GET /": route({
      auth: operator,
      input: fields({}),
      limits: { bodyBytes: 0, timeoutMs: seconds(5) },

      async handle(_call, { tasks }) {
        return answerJson({ tasks: await tasks.list() });
      },
    }),
  },
});

/** What people should know of a task that does not begin. */
function complaintOf(begun: Begun): Error[] {
  const { task, outcome, due, total, maxShare, error } = begun;
  if (outcome === "broken") {
    return [new Error(`Cannot tell what is due for ${task}: ${error}`)];
  }
  if (outcome !== "capped") return [];
  return [
    new Error(
      `Cannot run ${task} unasked: ${due} of ${total} rows would go, ` +
        `more than ${maxShare} of them. Look at portico.due_${task}, then ` +
        `POST { "tasks": ["${task}"], "confirm": true }`,
    ),
  ];
}

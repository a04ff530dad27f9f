/**
 * The trail, counted: which acts were refused, and what came of the others.
 *
 * @module
 */
import { Problem } from "../_shared/problem.ts";
import { COUNTED } from "../_shared/telemetry/catalogue.ts";
import type { Meter } from "../_shared/telemetry/meter.ts";
import type { Ledger } from "./ledger.ts";

/** The same, and every act is counted. */
export function countedLedger(ledger: Ledger, meter: Meter): Ledger {
  const begun = new Map<number, string>();
  const count = (action: string, result: string) =>
    meter.count(COUNTED.adminActions, { action, result });
  return {
    async begin(act) {
      const { action } = act.plan;
      try {
        const answer = await ledger.begin(act);
        if (answer.outcome === "begun") begun.set(answer.intent, action);
        return answer;
      } catch (error) {
        if (error instanceof Problem && error.status < 500) {
          count(action, "refused");
        }
        throw error;
      }
    },

    async end(intent, end) {
      const action = begun.get(intent);
      begun.delete(intent);
      if (action !== undefined) count(action, end.result);
      return await ledger.end(intent, end);
    },
  };
}

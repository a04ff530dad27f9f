/**
 * An end to waiting.
 *
 * @module
 */
import { problem } from "./problem.ts";

const timedOut = problem(504, "Timed out");

/**
 * Runs `work`, but waits no longer than `ms` for it. Its signal aborts when the
 * time has passed, so that what it waits for stops as well.
 *
 * @throws {Problem} "Timed out".
 */
export async function withDeadline<T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const problem = timedOut(
      "The time limit passed before the answer was ready",
    );
    late.reject(problem);
    controller.abort(problem);
  }, ms);
  try {
    return await Promise.race([work(controller.signal), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

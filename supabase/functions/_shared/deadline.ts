/**
 * An end to waiting.
 *
 * @module
 */
import { afterAnswer } from "./background.ts";
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
  const working = work(controller.signal);
  try {
    return await Promise.race([working, late.promise]);
  } catch (error) {
    // It may have something to take back, or an answer nobody reads.
    afterAnswer(working.then(discard));
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** A body that nobody reads holds its connection. */
async function discard(answer: unknown): Promise<void> {
  if (answer instanceof Response) await answer.body?.cancel();
}

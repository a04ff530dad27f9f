/**
 * One run: batches of whatever is due, until nothing is, or the budget is used.
 *
 * Nothing of it must be remembered: what a run has taken and not settled is free
 * again when its lease ends, and what it has paid for is kept.
 *
 * @module
 */
import { type Bench, index, type Outcome } from "./batch.ts";
import type { Sink, SinkTally } from "./bucket/sink.ts";
import { affordable } from "./cost.ts";
import type { Budget } from "./policy.ts";
import type { Claim } from "./queue.ts";

/** How a run went. */
export interface Tally {
  written: number;
  moved: number;
  failed: number;
  buried: number;
  chunks: number;
  /** Why providers were left alone. */
  readonly paused: string[];
  /** Of Vector buckets, if any had to do with it. */
  readonly sink?: SinkTally;
}

/**
 * Works on what is due, and what came of it goes into Vector buckets by `sink`.
 * What fails in between ends the run, and is thrown.
 */
export async function work(
  bench: Bench,
  budget: Budget,
  sink?: Sink,
): Promise<Tally> {
  const { queue } = bench;
  const tally: Tally = {
    ...{ written: 0, moved: 0, failed: 0, buried: 0, chunks: 0 },
    paused: [],
  };
  const beating = setInterval(
    () => queue.beat(budget.leaseS).catch(() => {}), // the next one may come
    budget.beatMs,
  );
  const isSinkDue = sink !== undefined;
  const all = { bench, budget, tally, sink, isSinkDue, spentMs: 0 };
  try {
    await workThrough(all);
    // What a run has too much of in one stage must not keep the other waiting.
    while (await putOn(all));
  } finally {
    clearInterval(beating);
    await queue.end();
  }
  return sink?.hasWorked ? { ...tally, sink: sink.tally } : tally;
}

/** A run, and what it has done. */
interface Work {
  readonly bench: Bench;
  readonly budget: Budget;
  readonly tally: Tally;
  readonly sink: Sink | undefined;
  /** Unless it had nothing to do since rows were written. */
  isSinkDue: boolean;
  /** Of CPU, as `cost.ts` reckons. */
  spentMs: number;
}

async function workThrough(work: Work): Promise<void> {
  const { budget, tally, bench: { queue, signal } } = work;
  const began = performance.now();
  const ageMs = () => performance.now() - began;
  // Each round asks the database at least once, and a batch about four times.
  for (let calls = 0; calls < budget.maxCalls; calls++) {
    if (ageMs() > budget.wallMs || tally.chunks >= budget.maxChunks) return;
    const claim = await queue.claim(budget.claimRows, budget.leaseS);
    if (claim !== null) {
      if (!await takeOn(claim, work)) return;
      calls += claim.rows.length === 0 ? 0 : 3;
      continue;
    }
    const { more, waitS = Infinity } = await queue.tend(budget.tendRows);
    if (more || waitS <= 0 || await putOn(work)) continue;
    const leftMs = budget.wallMs - ageMs();
    const waitMs = ageMs() < budget.lingerMs
      ? Math.min(budget.pollMs, waitS * 1000)
      : waitS * 1000;
    if (waitMs > Math.min(leftMs, budget.patienceMs)) return;
    await wait(waitMs, signal);
  }
}

/** Does what the run can afford of `claim`; whether that is all of it. */
async function takeOn(claim: Claim, work: Work): Promise<boolean> {
  const { tally, spentMs, budget: { maxCpuMs: maxMs } } = work;
  tally.buried += claim.buried;
  const { rows, costMs } = affordable(claim, { spentMs, maxMs });
  work.spentMs += costMs;
  if (rows.length > 0) add(tally, await index({ ...claim, rows }, work.bench));
  work.isSinkDue = work.sink !== undefined;
  return rows.length === claim.rows.length;
}

/** Does what is due in buckets, once; whether there may be more. */
async function putOn(work: Work): Promise<boolean> {
  if (work.isSinkDue) work.isSinkDue = await work.sink?.step() ?? false;
  return work.isSinkDue;
}

function add(tally: Tally, one: Outcome): void {
  tally.written += one.written;
  tally.moved += one.moved;
  tally.failed += one.failed;
  tally.chunks += one.chunks;
  if (one.paused !== undefined) tally.paused.push(one.paused);
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}

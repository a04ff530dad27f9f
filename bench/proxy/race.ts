/**
 * Contestants that do the same job in turn, and what each takes for it.
 *
 * @module
 */
import { cpuMs, peakBytes } from "../../tests/processes.ts";
import { median } from "../../tools/report.ts";
import type { Contestant, Job, Running } from "./contestants.ts";

const ROUNDS = 5;

/** Processes that are started for one request. */
const STARTS = 3;

/** Linux counts in steps of 10 ms: what is quick is measured as several. */
const TIMES = 5;
const QUICK: ReadonlySet<string> = new Set(["image-proxy", "sharp"]);

/** What one picture took, and the picture. */
interface Made {
  readonly ms: number;
  readonly bytes: Uint8Array;
}

/** CPU time of one of `times` requests, one after another. */
async function make(running: Running, job: Job, times: number): Promise<Made> {
  const before = await cpuMs(running.pid);
  let bytes: Uint8Array = new Uint8Array();
  for (let time = 0; time < times; time++) {
    const response = await running.ask(job);
    bytes = await response.bytes();
    if (!response.ok || !isOf(job.format, bytes)) {
      throw new NotMade(`${job.name}: ${response.status}`);
    }
  }
  return { ms: (await cpuMs(running.pid) - before) / times, bytes };
}

/** No picture of the format that was asked for. */
class NotMade extends Error {}

const STARTS_WITH = { webp: "RIFF", jpeg: "\xff\xd8\xff", avif: "ftypavif" };

function isOf(format: Job["format"], bytes: Uint8Array): boolean {
  const start = String.fromCharCode(...bytes.subarray(0, 12));
  return start.includes(STARTS_WITH[format]);
}

/** What it takes, and what comes of it. */
export interface Result {
  /** CPU time of one request of several, and of a process with its first one. */
  readonly warmMs: number;
  readonly coldMs: number;
  /** Of the process with one request. */
  readonly peakBytes: number;
  /** The picture. */
  readonly bytes: Uint8Array;
}

/** Lets `all` do `job` in turn. `undefined` is for who cannot. */
export async function race(
  all: readonly Contestant[],
  job: Job,
): Promise<(Result | undefined)[]> {
  await using stack = new AsyncDisposableStack();
  const running = [];
  for (const it of all) running.push(stack.use(await it.start()));
  const can = await Promise.all(running.map((it) => canMake(it, job)));
  const warm: number[][] = all.map(() => []);
  const last: Uint8Array[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [at, it] of running.entries()) {
      if (!can[at]) continue;
      const times = QUICK.has(all[at]?.name ?? "") ? TIMES : 1;
      const { ms, bytes } = await make(it, job, times);
      warm[at]?.push(ms);
      last[at] = bytes;
    }
  }
  const results: (Result | undefined)[] = [];
  for (const [at, it] of all.entries()) {
    const warmMs = median(warm[at] ?? []);
    const bytes = last[at] ?? new Uint8Array();
    results.push(
      can[at] ? { warmMs, bytes, ...await alone(it, job) } : undefined,
    );
  }
  return results;
}

/** Code gets warm with use, which these do not count. Not all make AVIF. */
async function canMake(it: Running, job: Job): Promise<boolean> {
  try {
    await make(it, job, 3);
    return true;
  } catch (error) {
    if (error instanceof NotMade && job.format === "avif") return false;
    throw error;
  }
}

/** Of processes that are started for one picture. */
async function alone(
  it: Contestant,
  job: Job,
): Promise<Pick<Result, "coldMs" | "peakBytes">> {
  const cold: number[] = [];
  const peak: number[] = [];
  for (let start = 0; start < STARTS; start++) {
    await using running = await it.start();
    await make(running, job, 1);
    cold.push(await cpuMs(running.pid));
    peak.push(await peakBytes(running.pid));
  }
  return { coldMs: median(cold), peakBytes: median(peak) };
}

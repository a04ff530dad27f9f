/**
 * What a function uses of what the platform gives it: CPU time and memory, of
 * the process that runs it.
 *
 * @module
 */
import { strictEqual } from "node:assert/strict";
import type { Costly } from "../contracts/contract.ts";
import { cpuMs, peakBytes } from "../processes.ts";
import { type Hosted, type Program, startHosted } from "./hosted.ts";
import { countedBytes, metered } from "./metered.ts";

/** Linux counts in steps of 10 ms, so one request is measured as several. */
const TIMES = 10;

/** What was used. */
export interface Usage {
  /** CPU time of a process that starts, answers once, and no more. */
  readonly coldMs: number;
  /** CPU time of one request to a warm process, by what is costly about it. */
  readonly requestMs: Readonly<Record<string, number>>;
  /** The most memory that the process has had at once. */
  readonly peakBytes: number;
  /** The most that the platform would have counted of it. */
  readonly countedBytes: number;
}

/** Sends a function, started for this, each of the costliest requests. */
export async function usageOf(
  program: Program,
  costly: readonly [Costly, ...Costly[]],
): Promise<Usage> {
  const form = metered(program.form);
  await using hosted = await startHosted({ ...program, form });
  const { pid } = hosted;
  const requestMs: Record<string, number> = {};

  await send(hosted, costly[0], 1);
  const coldMs = await cpuMs(pid);
  for (const one of costly) {
    const { name, times = TIMES } = one;
    requestMs[name] = await send(hosted, one, times) / times;
  }
  return {
    coldMs,
    requestMs,
    peakBytes: await peakBytes(pid),
    countedBytes: await countedBytes(hosted),
  };
}

/** CPU time that `times` requests take together, one after another. */
async function send(
  place: Hosted,
  { name, prepare, status }: Costly,
  times: number,
): Promise<number> {
  const request = await prepare(place);
  const before = await cpuMs(place.pid);
  for (let time = 0; time < times; time++) {
    const response = await request();
    strictEqual(response.status, status, name);
    await response.body?.cancel();
  }
  return await cpuMs(place.pid) - before;
}

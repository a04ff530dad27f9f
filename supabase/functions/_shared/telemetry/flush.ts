/**
 * From the counters of an instance to the database, behind answers.
 *
 * @module
 */
import { afterAnswer } from "../background.ts";
import type { Config } from "../config.ts";
import { sendAsService } from "../get.ts";
import type { Schema } from "../input.ts";
import { callRpc } from "../rpc.ts";
import { blankJournal } from "./journal.ts";
import { Meter } from "./meter.ts";

/** How long an instance counts before it writes that down. */
const PERIOD_MS = 5_000;

/** The database has this long. What it has not taken is tried again. */
const SEND_MS = 5_000;

/** In a row: an instance must not be kept for what cannot be written down. */
const MAX_FAILURES = 3;

/** Of one function under these settings: a process has one, but for tests. */
interface Register {
  readonly meter: Meter;
  /** Whether it is to be written down already, and nobody else need see to it. */
  isAwaited: boolean;
}

const registers = new WeakMap<Config, Map<string, Register>>();

/** The counters of the function `name`; none where nobody reads metrics. */
export function meterOf(name: string, config: Config): Meter {
  return registerOf(name, config).meter;
}

/**
 * Has what was counted written down within a few seconds, and the instance kept
 * until then. One call at most is under way.
 */
export function flushSoon(name: string, config: Config): void {
  const register = registerOf(name, config);
  if (register.isAwaited || register.meter.isEmpty) return;
  register.isAwaited = true;
  afterAnswer(flushLater(register, config));
}

async function flushLater(register: Register, config: Config): Promise<void> {
  const { meter } = register;
  let failures = 0;
  while (!meter.isEmpty && failures < MAX_FAILURES) {
    await period();
    const samples = meter.take();
    try {
      await send(samples, config);
    } catch {
      meter.putBack(samples);
      failures++;
    }
  }
  register.isAwaited = false; // the next request tries again
}

function period(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, PERIOD_MS);
  // A process that has nothing else to do ends; the platform may not have this.
  Deno.unrefTimer?.(Number(timer));
  return promise;
}

async function send(samples: unknown, config: Config): Promise<void> {
  const signal = AbortSignal.timeout(SEND_MS);
  // As the service: the counters are nobody's to write.
  const service = sendAsService({ config, signal, journal: blankJournal() });
  await callRpc(service, "add_samples", { samples }, ANYTHING);
}

/** It answers nothing. */
const ANYTHING: Schema<unknown> = {
  "~standard": { validate: (value) => ({ value }) },
};

function registerOf(name: string, config: Config): Register {
  const all = registers.get(config) ?? new Map<string, Register>();
  registers.set(config, all);
  const isOn = config.metricsToken !== undefined;
  const one = all.get(name) ??
    { meter: new Meter(name, isOn), isAwaited: false };
  all.set(name, one);
  return one;
}

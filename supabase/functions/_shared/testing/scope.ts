/**
 * What ports are opened with, outside of a request.
 *
 * @module
 */
import type { Config } from "../config.ts";
import type { Scope } from "../route.ts";
import { blankJournal } from "../telemetry/journal.ts";
import { Meter } from "../telemetry/meter.ts";

/** A scope without an end, in which nothing is counted or reported. */
export function testScope(config: Config, bearer?: string): Scope {
  const { signal } = new AbortController();
  const meter = new Meter("test", false);
  return { config, bearer, signal, journal: blankJournal(), meter };
}

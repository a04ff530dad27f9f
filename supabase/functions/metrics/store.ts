/**
 * What was counted, as the database has it: migration `…_metrics.sql`.
 *
 * @module
 */
import * as v from "valibot";
import type { Send } from "../_shared/get.ts";
import { callRpc } from "../_shared/rpc.ts";
import type { Sample } from "../_shared/telemetry/metric.ts";

/** A report of some time up to now. */
export interface Wish {
  readonly report: string;
  /** As Postgres writes an interval. */
  readonly span: string;
  readonly unit: string;
}

/** The port. */
export interface Store {
  samples(): Promise<readonly Sample[]>;
  report(wish: Wish): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** @param service Nobody else may read them. */
export function supabaseStore(service: Send): Store {
  return {
    samples: () => callRpc(service, "read_metrics", {}, Samples),
    report: ({ report: name, span, unit }) =>
      callRpc(service, "read_report", { name, span, unit }, Rows),
  };
}

const Rows = v.array(v.record(v.string(), v.unknown()));

const Samples = v.array(v.object({
  metric: v.string(),
  labels: v.record(v.string(), v.string()),
  value: v.array(v.number()),
}));

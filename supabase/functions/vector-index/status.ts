/**
 * How every source is doing, for the people who run the project.
 *
 * @module
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import * as v from "valibot";
import { callSql } from "../_shared/postgres.ts";

/** How everything is doing. */
export interface Shown {
  /**
   * A record a source, as `portico_api.index_status` has it; its `sink`, if it
   * has one, as `sink_status` has that.
   */
  readonly sources: readonly Readonly<Record<string, unknown>>[];
  /** Indexes of Vector buckets that are on their way out. */
  readonly removing: readonly unknown[];
}

/** The port. */
export type Status = () => Promise<Shown>;

/** @param service It names rows that could not be indexed, and why. */
export function supabaseStatus(service: SupabaseClient): Status {
  return async () => {
    const [sources, { sinks, removing }] = await Promise.all([
      callSql(service, "index_status", {}, Sources),
      callSql(service, "sink_status", {}, Sinks),
    ]);
    const sinkOf = new Map(Object.entries(sinks));
    const withSink = (source: v.InferOutput<typeof Sources>[number]) => {
      return { ...source, sink: sinkOf.get(String(source["source"])) ?? null };
    };
    return { sources: sources.map(withSink), removing };
  };
}

const Sources = v.array(v.record(v.string(), v.unknown()));

const Sinks = v.object({
  sinks: v.record(v.string(), v.unknown()),
  removing: v.array(v.unknown()),
});

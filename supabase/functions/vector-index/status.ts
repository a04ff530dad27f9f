/**
 * How every source is doing, for the people who run the project.
 *
 * @module
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import * as v from "valibot";
import { callSql } from "../_shared/postgres.ts";

/** The port: a record a source, as `portico_api.index_status` has it. */
export type Status = () => Promise<
  readonly Readonly<Record<string, unknown>>[]
>;

/** @param service It names rows that could not be indexed, and why. */
export function supabaseStatus(service: SupabaseClient): Status {
  return () => callSql(service, "index_status", {}, Sources);
}

const Sources = v.array(v.record(v.string(), v.unknown()));

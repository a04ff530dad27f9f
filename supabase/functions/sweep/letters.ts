/**
 * What was given up long ago, and nobody has looked at: migration `…_letters.sql`.
 *
 * @module
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import * as v from "valibot";
import { callSql } from "../_shared/postgres.ts";

/** A queue in which something has lain for more than a day. */
export interface OldLetters {
  /** `index articles`. */
  readonly queue: string;
  readonly letters: number;
  /** RFC 3339. Absent if nobody knows. */
  readonly oldest?: string | undefined;
  /** Of the oldest one. */
  readonly reason: string;
}

/** The port: those of which nobody was told today. */
export type Letters = () => Promise<readonly OldLetters[]>;

/** @param service They name rows of everybody. */
export function supabaseLetters(service: SupabaseClient): Letters {
  return () => callSql(service, "take_old_letters", {}, Found);
}

/** What people should know of them. */
export function complaintsOf(found: readonly OldLetters[]): Error[] {
  return found.map(({ queue, letters, oldest = "long ago", reason }) =>
    new Error(
      `There are ${letters} dead letters in the queue "${queue}", since ` +
        `${oldest}: ${reason}. Look at portico.dead_letters`,
    )
  );
}

const Found = v.array(v.object({
  queue: v.string(),
  letters: v.number(),
  oldest: v.optional(v.string()),
  reason: v.string(),
}));

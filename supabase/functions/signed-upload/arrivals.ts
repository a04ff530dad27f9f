/**
 * Uploads that have arrived, and what has been found about them.
 *
 * @module
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import * as v from "valibot";
import type { Place } from "../_shared/place.ts";
import { callSql } from "../_shared/postgres.ts";
import { Described, type Upload } from "./upload.ts";
import type { Verdict } from "./verify.ts";

/** The port. */
export interface Arrivals {
  /**
   * Takes up to `size` uploads of `maxBytes` to go on with, which are then ours
   * for a while.
   */
  claim(size: number, maxBytes: number): Promise<readonly Upload[]>;
  /**
   * Writes a verdict, unless there is one already or another version has come.
   * Gives the upload as it is then, or `undefined` if it is gone.
   */
  judge(upload: Upload, verdict: Verdict): Promise<Upload | undefined>;
  /** Up to `size` objects whose upload is gone, with the account it was of. */
  strays(size: number): Promise<readonly Place[]>;
}

/** Arrivals as Postgres keeps them: migration `…_settling.sql`. */
export function supabaseArrivals(service: SupabaseClient): Arrivals {
  return {
    claim(size, maxBytes) {
      const given = { size, "max_bytes": maxBytes };
      return callSql(service, "claim_uploads", given, v.array(Described));
    },

    async judge({ id, version }, verdict) {
      const { reason = null, detail = null } = verdict.ok ? {} : verdict;
      const given = { upload: id, version, reason, detail };
      const answer = await callSql(
        service,
        "judge_upload",
        given,
        v.nullable(Described),
      );
      return answer ?? undefined;
    },

    strays: (size) => callSql(service, "find_strays", { size }, Places),
  };
}

const Places = v.array(v.object({ bucket: v.string(), path: v.string() }));

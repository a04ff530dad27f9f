/**
 * Uploads that have been allowed, as the database remembers them.
 *
 * @module
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import * as v from "valibot";
import type { User } from "../_shared/claims.ts";
import { type Once, reused } from "../_shared/idempotency.ts";
import { callSql } from "../_shared/postgres.ts";
import { problem } from "../_shared/problem.ts";
import { limited, type Quota } from "../_shared/rate_limit.ts";
import { LIMIT, type Plan } from "./policy.ts";

const accountNotActive = problem(403, "Account not active");

/** In seconds. Source: how long a signed upload URL lives when hosted. */
const LIFETIME_S = 2 * 60 * 60;

/** What is to be remembered. */
export interface Order {
  readonly caller: User;
  readonly plan: Plan;
  readonly once: Once | undefined;
}

/** What is remembered. */
export interface Opened {
  /** `portico.uploads.id`, a UUID. */
  readonly id: string;
  /** False for a request that is repeated with its idempotency key. */
  readonly isNew: boolean;
  /** What the caller's rate limit still allows. */
  readonly quota: Quota;
}

/** The port. */
export interface Uploads {
  /**
   * @throws {Problem} "Account not active", "Too many requests" or "Idempotency
   * key reused". Nothing is remembered then.
   */
  open(order: Order): Promise<Opened>;
  /**
   * Forgets an upload that could not be signed, unless another request has
   * repeated it, and throws the reason on.
   */
  takeBack(upload: Opened, reason: unknown): Promise<never>;
}

/**
 * Uploads as Postgres keeps them.
 *
 * @param service Writes rows that no user may write.
 * @param cleaner The same, with time of its own.
 */
export function supabaseUploads(
  service: SupabaseClient,
  cleaner: () => SupabaseClient,
): Uploads {
  return {
    async open({ caller, plan, once }) {
      const { bucket, path, type, bytes } = plan;
      const answer = await callSql(service, "open_upload", {
        ...{ bucket, path, type, bytes },
        person: caller.id,
        session: caller.sessionId,
        "lifetime_s": LIFETIME_S,
        "idempotency_key": once?.key ?? null,
        "fingerprint": once?.fingerprint ?? null,
        "limit_name": LIMIT.name,
        "limit_capacity": LIMIT.capacity,
        "limit_window_s": LIMIT.windowS,
      }, Answer);

      switch (answer.outcome) {
        case "not live":
          throw accountNotActive("The account or its session has ended");
        case "limited":
          throw limited(LIMIT, answer.quota);
        case "key reused":
          throw reused();
        default: {
          const { outcome, upload, quota } = answer;
          return { id: upload.id, isNew: outcome === "opened", quota };
        }
      }
    },

    async takeBack({ id, isNew }, reason) {
      const given = { upload: id };
      if (isNew) {
        // If this fails as well, the row is gone when it expires.
        await callSql(cleaner(), "cancel_upload", given, v.unknown())
          .catch(() => {});
      }
      throw reason;
    },
  };
}

const QuotaAnswer = v.pipe(
  v.object({ remaining: v.number(), "reset_s": v.number() }),
  v.transform(({ remaining, reset_s: resetS }) => ({ remaining, resetS })),
);

/** The answer of `portico_api.open_upload`, migration `…_uploads.sql`. */
const Answer = v.variant("outcome", [
  v.object({
    outcome: v.picklist(["opened", "replayed"]),
    upload: v.object({ id: v.pipe(v.string(), v.uuid()) }),
    quota: QuotaAnswer,
  }),
  v.object({
    outcome: v.picklist(["limited", "key reused"]),
    quota: QuotaAnswer,
  }),
  v.object({ outcome: v.literal("not live") }),
]);

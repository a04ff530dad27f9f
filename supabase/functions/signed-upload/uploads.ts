/**
 * Uploads that have been allowed, as the database remembers them.
 *
 * @module
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import * as v from "valibot";
import { accountNotActive } from "../_shared/caller.ts";
import type { User } from "../_shared/claims.ts";
import { type Once, reused } from "../_shared/idempotency.ts";
import { callSql } from "../_shared/postgres.ts";
import { problem } from "../_shared/problem.ts";
import { limited, type Quota, QuotaAnswer } from "../_shared/rate_limit.ts";
import { objectExists } from "../_shared/storage.ts";
import { LIMIT, type Plan } from "./policy.ts";

const quotaExceeded = problem(403, "Quota exceeded");
const uploadNotFound = problem(404, "Upload not found");
const uploadArrived = problem(409, "Upload already arrived");

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
   * Reserves what the upload takes of the caller's quota.
   *
   * @throws {Problem} "Account not active", "Too many requests", "Quota
   * exceeded", "Object already exists" or "Idempotency key reused". Nothing is
   * remembered then.
   */
  open(order: Order): Promise<Opened>;
  /**
   * Forgets an upload that could not be signed, unless another request has
   * repeated it, and throws the reason on.
   */
  takeBack(upload: Opened, reason: unknown): Promise<never>;
  /** @throws {Problem} "Account not active" or "Upload not found". */
  show(caller: User, id: string): Promise<Upload>;
  /**
   * Closes a ticket that nobody needs, and gives its quota back.
   *
   * @throws {Problem} "Account not active", "Upload not found" or "Upload
   * already arrived".
   */
  close(caller: User, id: string): Promise<void>;
}

/** An upload, as its owner sees it. Times are RFC 3339. */
export interface Upload {
  readonly id: string;
  readonly bucket: string;
  readonly path: string;
  readonly type: string;
  readonly bytes: number;
  /** `open` until the object is there, and then `arrived`. */
  readonly state: "open" | "arrived";
  readonly createdAt: string;
  /** When the ticket ends, unless the object is there by then. */
  readonly expiresAt: string;
  readonly arrivedAt: string | null;
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
      const { bucket, path, type, bytes, quota } = plan;
      const answer = await callSql(service, "open_upload", {
        ...{ bucket, path, type, bytes },
        person: caller.id,
        session: caller.sessionId,
        id: crypto.randomUUID(),
        "lifetime_s": LIFETIME_S,
        "idempotency_key": once?.key ?? null,
        "fingerprint": once?.fingerprint ?? null,
        "limit_name": LIMIT.name,
        "limit_capacity": LIMIT.capacity,
        "limit_window_s": LIMIT.windowS,
        "quota_bytes": quota.bytes,
        "quota_objects": quota.objects,
      }, Answer);

      switch (answer.outcome) {
        case "not live":
          throw accountNotActive("The account or its session has ended");
        case "limited":
          throw limited(LIMIT, answer.quota);
        case "key reused":
          throw reused();
        case "taken":
          throw objectExists("An object of this name is already there");
        case "over quota":
          throw quotaExceeded(`Cannot keep ${bytes} bytes more`, {
            used: answer.used,
            quota,
          });
        default: {
          const { outcome, upload } = answer;
          const isNew = outcome === "opened";
          return { id: upload.id, isNew, quota: answer.quota };
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

    async show(caller, id) {
      const given = ofPerson(caller, id);
      const answer = await callSql(service, "show_upload", given, ShowAnswer);
      switch (answer.outcome) {
        case "not live":
          throw accountNotActive("The account or its session has ended");
        case "not found":
          throw uploadNotFound("You have no upload of this id");
        default:
          return answer.upload;
      }
    },

    async close(caller, id) {
      const given = ofPerson(caller, id);
      const answer = await callSql(service, "close_upload", given, CloseAnswer);
      switch (answer.outcome) {
        case "not live":
          throw accountNotActive("The account or its session has ended");
        case "not found":
          throw uploadNotFound("You have no upload of this id");
        case "arrived":
          throw uploadArrived("Cannot close it: delete the object instead");
      }
    },
  };
}

function ofPerson({ id, sessionId }: User, upload: string) {
  return { person: id, session: sessionId, upload };
}

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
  v.object({ outcome: v.literal("taken"), quota: QuotaAnswer }),
  v.object({
    outcome: v.literal("over quota"),
    used: v.object({ bytes: v.number(), objects: v.number() }),
  }),
  v.object({ outcome: v.literal("not live") }),
]);

const ShowAnswer = v.variant("outcome", [
  v.object({
    outcome: v.literal("found"),
    upload: v.object({
      id: v.string(),
      bucket: v.string(),
      path: v.string(),
      type: v.string(),
      bytes: v.number(),
      state: v.picklist(["open", "arrived"]),
      createdAt: v.string(),
      expiresAt: v.string(),
      arrivedAt: v.nullable(v.string()),
    }),
  }),
  v.object({ outcome: v.picklist(["not found", "not live"]) }),
]);

const CloseAnswer = v.object({
  outcome: v.picklist(["closed", "arrived", "not found", "not live"]),
});

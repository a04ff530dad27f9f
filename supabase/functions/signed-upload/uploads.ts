/**
 * Uploads that have been allowed, for the person whose they are.
 *
 * @module
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import * as v from "valibot";
import { notLive } from "../_shared/caller.ts";
import type { User } from "../_shared/claims.ts";
import { type Once, reused } from "../_shared/idempotency.ts";
import { callSql } from "../_shared/postgres.ts";
import { problem } from "../_shared/problem.ts";
import { type Left, LeftAnswer, limited } from "../_shared/rate_limit.ts";
import { objectExists } from "../_shared/place.ts";
import type { Plan } from "./plan.ts";
import { LIMIT } from "./policy.ts";
import { Described, type Upload } from "./upload.ts";

const quotaExceeded = problem(403, "Quota exceeded");
const uploadNotFound = problem(404, "Upload not found");
const uploadArrived = problem(409, "Upload already arrived");

/** What is to be remembered. */
export interface Order {
  readonly caller: User;
  readonly plan: Plan;
  readonly once: Once | undefined;
}

/** What is remembered. */
export interface Opened {
  readonly upload: Upload;
  /** False for a request that is repeated with its idempotency key. */
  readonly isNew: boolean;
  /** What the caller's rate limit still allows. */
  readonly left: Left;
}

/** An upload to go on with. */
export interface Taken {
  readonly upload: Upload;
  /** If not, somebody else has it in hand, or there is nothing to do. */
  readonly isOurs: boolean;
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
  takeBack(opened: Opened, reason: unknown): Promise<never>;
  /** @throws {Problem} "Account not active" or "Upload not found". */
  show(caller: User, id: string): Promise<Upload>;
  /**
   * The same for who goes on with it, and keeps others from that for a minute.
   *
   * @throws {Problem} "Account not active" or "Upload not found".
   */
  take(caller: User, id: string): Promise<Taken>;
  /**
   * Closes an upload that nobody needs, and gives its quota back.
   *
   * @throws {Problem} "Account not active", "Upload not found" or "Upload
   * already arrived".
   */
  close(caller: User, id: string): Promise<void>;
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
      const { quota, lifetimeS, ...wanted } = plan;
      const { name, capacity, windowS } = LIMIT;
      const answer = await callSql(service, "open_upload", {
        ...ofPerson(caller),
        wanted: { ...wanted, "lifetime_s": lifetimeS },
        once: once ?? null,
        rate: { name, capacity, "window_s": windowS },
        quota,
      }, OpenAnswer);

      switch (answer.outcome) {
        case "not live":
          throw notLive();
        case "limited":
          throw limited(LIMIT, answer.left);
        case "key reused":
          throw reused();
        case "taken":
          throw objectExists("An object of this name is already there");
        case "over quota":
          throw quotaExceeded(`Cannot keep ${plan.bytes} bytes more`, {
            used: answer.used,
            quota,
          });
        default: {
          const { outcome, ...opened } = answer;
          return { ...opened, isNew: outcome === "opened" };
        }
      }
    },

    async takeBack({ upload, isNew }, reason) {
      const given = { upload: upload.id };
      if (isNew) {
        // If this fails as well, the row is gone when it expires.
        await callSql(cleaner(), "cancel_upload", given, v.unknown())
          .catch(() => {});
      }
      throw reason;
    },

    async show(caller, id) {
      const given = { ...ofPerson(caller), upload: id };
      const answer = await callSql(service, "show_upload", given, ShowAnswer);
      if (answer.outcome === "found") return answer.upload;
      throw absent(answer.outcome);
    },

    async take(caller, id) {
      const given = { ...ofPerson(caller), upload: id };
      const answer = await callSql(service, "take_upload", given, TakeAnswer);
      if (answer.outcome !== "found") throw absent(answer.outcome);
      return { upload: answer.upload, isOurs: answer.mine };
    },

    async close(caller, id) {
      const given = { ...ofPerson(caller), upload: id };
      const { outcome } = await callSql(
        service,
        "close_upload",
        given,
        CloseAnswer,
      );
      if (outcome === "closed") return;
      throw outcome === "arrived"
        ? uploadArrived("Cannot close it: delete the object instead")
        : absent(outcome);
    },
  };
}

function ofPerson({ id, sessionId }: User) {
  return { person: id, session: sessionId };
}

function absent(outcome: "not live" | "not found") {
  return outcome === "not live"
    ? notLive()
    : uploadNotFound("Cannot find an upload of this id");
}

/** The answer of `portico_api.open_upload`, migration `…_uploads.sql`. */
const OpenAnswer = v.variant("outcome", [
  v.object({
    outcome: v.picklist(["opened", "replayed"]),
    upload: Described,
    left: LeftAnswer,
  }),
  v.object({
    outcome: v.picklist(["limited", "key reused", "taken"]),
    left: LeftAnswer,
  }),
  v.object({
    outcome: v.literal("over quota"),
    used: v.object({ bytes: v.number(), objects: v.number() }),
  }),
  v.object({ outcome: v.literal("not live") }),
]);

const ShowAnswer = v.variant("outcome", [
  v.object({ outcome: v.literal("found"), upload: Described }),
  v.object({ outcome: v.picklist(["not found", "not live"]) }),
]);

const TakeAnswer = v.variant("outcome", [
  v.object({
    outcome: v.literal("found"),
    upload: Described,
    mine: v.boolean(),
  }),
  v.object({ outcome: v.picklist(["not found", "not live"]) }),
]);

const CloseAnswer = v.object({
  outcome: v.picklist(["closed", "arrived", "not found", "not live"]),
});

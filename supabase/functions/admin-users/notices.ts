/**
 * Tells people that somebody who administers has got into their account. They
 * are told by a mail, and who sends mails is told by a signed delivery.
 *
 * @module
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import * as v from "valibot";
import { callSql } from "../_shared/postgres.ts";
import type { Scope } from "../_shared/route.ts";
import { signatureFor } from "../_shared/webhook.ts";

/** Taken at a time. */
const AT_ONCE = 20;

/** A mail that is to be sent. */
const Notice = v.object({
  intent: v.number(),
  at: v.string(),
  action: v.string(),
  fields: v.array(v.string()),
  target: v.string(),
  email: v.string(),
});

type Notice = v.InferOutput<typeof Notice>;

/** The port. */
export interface Notices {
  /** Those that are due, which are the caller's for a minute. */
  claim(): Promise<readonly Notice[]>;
  /** @throws {Error} unless whoever sends mails has taken it. */
  send(notice: Notice): Promise<void>;
  settle(notice: Notice): Promise<void>;
}

/** Sends what is due. What fails is tried again, at first after a minute. */
export async function notify(
  notices: Notices,
  alert: (error: unknown) => void,
): Promise<void> {
  for (const notice of await notices.claim()) {
    try {
      await notices.send(notice);
      await notices.settle(notice);
    } catch (error) {
      alert(error);
    }
  }
}

/** @param service Nobody else sees who is to be told of what. */
export function supabaseNotices(
  service: SupabaseClient,
  { config, signal, journal }: Pick<Scope, "config" | "signal" | "journal">,
): Notices {
  const { noticeUrl, webhookSecrets } = config;
  return {
    async claim() {
      if (noticeUrl === undefined) return [];
      const given = { size: AT_ONCE };
      return await callSql(service, "claim_notices", given, v.array(Notice));
    },

    async send(notice) {
      const { intent, at: timestamp, target: id, email, action, fields } =
        notice;
      const data = { id, email, action, fields };
      const type = "account.changed";
      const body = JSON.stringify({ type, timestamp, data });
      const [secret = ""] = webhookSecrets;
      const response = await journal.fetch(noticeUrl ?? "", {
        method: "POST",
        headers: {
          "content-type": "application/json",
          // The same for each attempt: who has sent it need not again.
          ...await signatureFor(`notice_${intent}`, body, secret),
        },
        body,
        redirect: "error",
        signal,
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`NOTICE_URL: ${response.status}`);
    },

    async settle({ intent }) {
      const given = { intent };
      await callSql(service, "settle_notice", given, v.nullish(v.unknown()));
    },
  };
}

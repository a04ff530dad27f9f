/**
 * Mails that Auth would send, for whoever runs the stack. They are kept in
 * memory alone: each is a key to an account, a new one is quickly asked for,
 * and the console has the line.
 *
 * @module
 */
import type { Mail } from "./auth/mails.ts";
import type { Keys } from "./keys.ts";
import { mailboxPage } from "./mailbox_page.ts";
import { noticeIn } from "./notices.ts";

/** A mail in the mailbox. */
export interface KeptMail extends Mail {
  readonly id: string;
  readonly sentAt: Date;
}

/** Takes mails, and shows them at `/mailbox`. */
export interface Mailbox {
  /** Keeps a mail, and says so in one line. */
  post(mail: Mail): void;
  /** Also takes what functions have people told: see `notices.ts`. */
  fetch(request: Request): Promise<Response>;
}

/** Older mails make room: nobody looks at page two. */
const MAX_MAILS = 100;

/** Opens an empty mailbox. `log` gets a line for each mail. */
export function openMailbox(
  log: (line: string) => void,
  { webhookSecret }: Pick<Keys, "webhookSecret">,
): Mailbox {
  const mails: KeptMail[] = [];
  const post = (mail: Mail) => {
    const kept = { id: crypto.randomUUID(), ...mail, sentAt: new Date() };
    mails.unshift(kept);
    mails.splice(MAX_MAILS);
    log(`${mail.kind} to ${mail.to}: ${mail.link ?? (mail.code || mail.text)}`);
  };
  return {
    post,
    async fetch(request) {
      if (request.method === "POST") {
        const mail = await noticeIn(request, webhookSecret);
        if (mail === undefined) return new Response(null, { status: 401 });
        post(mail);
        return new Response(null, { status: 202 });
      }
      if (request.method === "DELETE") {
        mails.length = 0;
        return new Response(null, { status: 204 });
      }
      if (request.method !== "GET") return new Response(null, { status: 405 });
      const to = new URL(request.url).searchParams.get("to")?.toLowerCase();
      const shown = mails.filter((it) => to === undefined || it.to === to);
      return wantsJson(request) ? asJson(shown) : mailboxPage(shown);
    },
  };
}

function wantsJson({ headers }: Request): boolean {
  return headers.get("accept")?.includes("application/json") ?? false;
}

function asJson(mails: readonly KeptMail[]): Response {
  const described = mails.map(({ text: _text, ...mail }) => mail);
  const headers = { "cache-control": "no-store" };
  return Response.json(described, { headers });
}

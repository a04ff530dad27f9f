/**
 * From a wish to a ticket: decided, reserved, signed, in this order.
 *
 * @module
 */
import type { User } from "../_shared/claims.ts";
import type { Once } from "../_shared/idempotency.ts";
import type { Left } from "../_shared/rate_limit.ts";
import type { Storage } from "../_shared/storage.ts";
import { choose } from "./choice.ts";
import { planUpload } from "./plan.ts";
import { type Bucket, BUCKETS } from "./policy.ts";
import type { S3Storage } from "./s3.ts";
import { headersOf, type Ticket, ticketOf } from "./ticket.ts";
import type { Uploads } from "./uploads.ts";
import type { Wanted } from "./wanted.ts";

/** What somebody asks for. */
export interface Wish {
  readonly caller: User;
  readonly input: Wanted;
  readonly once: Once | undefined;
}

/** Where it is reserved and signed. */
export interface Signers {
  readonly uploads: Uploads;
  readonly storage: Storage;
  readonly s3: S3Storage;
}

/** A ticket, and what the caller's rate limit still allows. */
export interface Issued {
  readonly ticket: Ticket;
  readonly left: Left;
}

/**
 * Gives a ticket for what is wanted. Nothing is reserved if it cannot be signed.
 *
 * @throws {Problem} Those of `planUpload`, of `Uploads.open`, and of whoever
 * signs.
 */
export async function issue(
  { caller, input: wanted, once }: Wish,
  { uploads, storage, s3 }: Signers,
): Promise<Issued> {
  const occasion = { caller, id: crypto.randomUUID(), now: new Date() };
  const plan = planUpload(wanted, occasion);
  const policy: Bucket = BUCKETS[plan.bucket];
  const choice = choose(wanted, policy.protocols);
  const opened = await uploads.open({ caller, plan, once });
  const { upload, left } = opened;

  const sign = async () => {
    // First, whatever the protocol: it asks the policies about the caller.
    const signed = await storage.signUpload(upload.at, plan);
    const sending = { ...plan, at: upload.at, headers: headersOf(plan) };
    return choice.protocol === "s3"
      ? { signed, s3: await s3.sign(sending) }
      : { signed };
  };
  const signatures = await sign()
    .catch((error) => uploads.takeBack(opened, error));
  const { protocols } = policy;
  const terms = { upload, wanted, protocols, choice, ...signatures };
  return { ticket: ticketOf(terms), left };
}

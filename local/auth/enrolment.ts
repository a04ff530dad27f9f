/**
 * `/factors`: taking on a second factor, and giving it up.
 *
 * @module
 */
import { renderSVG } from "uqr";
import * as v from "valibot";
import type { Sql } from "../database.ts";
import { record } from "./audit.ts";
import type { Call, Handler } from "./call.ts";
import { isUuid, requireUser } from "./callers.ts";
import { refusal, validationFailed } from "./errors.ts";
import {
  type Factor,
  findFactor,
  findFactors,
  removeFactor,
  statusOf,
} from "./factors.ts";
import { parse, TEXT } from "./input.ts";
import { addressOf, type Session } from "./sessions.ts";
import { newSecret, totpUri } from "./totp.ts";
import type { User } from "./users.ts";

const noSession = refusal(500, "unexpected_failure");
const anonymousNotAllowed = refusal(403, "no_authorization");
const notUuid = refusal(404, "validation_failed");
const factorNotFound = refusal(404, "mfa_factor_not_found");
const nameConflict = refusal(422, "mfa_factor_name_conflict");
const tooMany = refusal(422, "too_many_enrolled_mfa_factors");
const insufficientAal = refusal(403, "insufficient_aal");
const insufficientAalToLeave = refusal(422, "insufficient_aal");
const phoneDisabled = refusal(422, "mfa_phone_enroll_not_enabled");
const webauthnDisabled = refusal(422, "mfa_webauthn_enroll_not_enabled");

/** The platform's default. */
const MAX_FACTORS = 10;

/** Somebody who has signed in, and is not anonymous. */
export interface Holder {
  readonly user: User;
  readonly session: Session;
}

async function requireHolder(sql: Sql, call: Call): Promise<Holder> {
  const { user, session } = await requireUser(sql, call);
  if (user.isAnonymous) {
    throw anonymousNotAllowed(
      "Anonymous user not allowed to perform these actions",
    );
  }
  if (session !== undefined) return { user, session };
  throw noSession("A valid session is required for factors");
}

/** Runs `work` on the caller's own factor in the path, in one transaction. */
export function onFactor(
  work: (
    sql: Sql,
    of: Holder & { readonly factor: Factor },
    call: Call,
  ) => Promise<Response>,
): Handler {
  return (call) =>
    call.stack.database.asOwner(async (sql) => {
      const holder = await requireHolder(sql, call);
      const [id = ""] = call.parameters;
      if (!isUuid(id)) throw notUuid("factor_id must be an UUID");
      const factor = await findFactor(sql, { userId: holder.user.id, id });
      if (factor === undefined) throw factorNotFound("Factor not found");
      return await work(sql, { ...holder, factor }, call);
    });
}

const ENROLMENT = v.object({
  "friendly_name": TEXT,
  "factor_type": TEXT,
  issuer: TEXT,
});

/** `POST /factors`. The only time that the secret is told. */
export async function enrol(call: Call): Promise<Response> {
  const input = parse(ENROLMENT, call.body);
  requireTotp(input.factor_type);
  const friendlyName = input.friendly_name;
  const issuer = input.issuer || new URL(call.stack.settings.siteUrl).host;

  return await call.stack.database.asOwner(async (sql) => {
    const holder = await requireHolder(sql, call);
    await sql.query(FORGET_EXPIRED);
    await requireRoom(sql, holder, friendlyName);
    const id = crypto.randomUUID();
    const secret = newSecret();
    await sql.query(INSERT, [id, holder.user.id, friendlyName, secret]);
    await record(sql, holder.user, {
      action: "factor_in_progress",
      traits: { "factor_id": id },
      address: addressOf(call.request),
    });
    const uri = totpUri({ issuer, account: holder.user.email ?? "", secret });
    return Response.json({
      id,
      type: "totp",
      "friendly_name": friendlyName,
      totp: { "qr_code": renderSVG(uri), secret, uri },
    });
  });
}

function requireTotp(type: string): void {
  if (type === "totp") return;
  if (type === "phone") throw phoneDisabled("MFA enroll is disabled for Phone");
  if (type === "webauthn") {
    throw webauthnDisabled("MFA enroll is disabled for WebAuthn");
  }
  throw validationFailed("factor_type needs to be totp, phone, or webauthn");
}

/** Who left after the picture may begin again with the same name. */
const FORGET_EXPIRED = `delete from auth.mfa_factors f
  where status <> 'verified' and created_at + interval '5 minutes' < now()
    and not exists (
      select from auth.mfa_challenges c where c.factor_id = f.id
    )`;

const INSERT = `insert into auth.mfa_factors
    (id, user_id, friendly_name, factor_type, status, secret,
     created_at, updated_at)
  values ($1, $2, $3, 'totp', 'unverified', $4, now(), now())`;

async function requireRoom(
  sql: Sql,
  { user, session }: Holder,
  friendlyName: string,
): Promise<void> {
  const factors = await findFactors(sql, user.id);
  if (factors.some((it) => it.friendlyName === friendlyName)) {
    throw nameConflict(
      `A factor with the friendly name ${JSON.stringify(friendlyName)} ` +
        "for this user already exists",
    );
  }
  if (factors.length >= MAX_FACTORS) {
    throw tooMany(
      "Maximum number of verified factors reached, unenroll to continue",
    );
  }
  if (session.aal !== "aal2" && factors.some((it) => it.isVerified)) {
    throw insufficientAal("AAL2 required to enroll a new factor");
  }
}

/** `DELETE /factors/:id`. */
export const unenrol: Handler = onFactor(async (sql, of, { request }) => {
  const { user, factor, session } = of;
  if (factor.isVerified && session.aal !== "aal2") {
    throw insufficientAalToLeave("AAL2 required to unenroll verified factor");
  }
  await removeFactor(sql, factor);
  await record(sql, user, {
    action: "factor_unenrolled",
    traits: {
      "factor_id": factor.id,
      "factor_status": statusOf(factor),
      "session_id": session.id,
    },
    address: addressOf(request),
  });
  return Response.json({ id: factor.id });
});

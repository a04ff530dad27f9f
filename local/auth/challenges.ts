/**
 * `/factors/:id/challenge` and `/verify`: showing a second factor, which makes
 * the session one of assurance level 2.
 *
 * @module
 */
import * as v from "valibot";
import type { Sql } from "../database.ts";
import { record } from "./audit.ts";
import type { Call, Handler } from "./call.ts";
import { isUuid } from "./callers.ts";
import { type Holder, onFactor } from "./enrolment.ts";
import { refusal, validationFailed } from "./errors.ts";
import { type Factor, statusOf } from "./factors.ts";
import { parse, TEXT } from "./input.ts";
import { replaceToken } from "./rotation.ts";
import { addMethod, addressOf, grant } from "./sessions.ts";
import { answerGrant } from "./tokens.ts";
import { isCurrent } from "./totp.ts";

const challengeNotFound = refusal(422, "mfa_factor_not_found");
const ipAddressMismatch = refusal(422, "mfa_ip_address_mismatch");
const challengeExpired = refusal(422, "mfa_challenge_expired");
const verificationFailed = refusal(422, "mfa_verification_failed");

/** The platform's default. */
const EXPIRY_S = 300;

/** `POST /factors/:id/challenge`. */
export const challenge: Handler = onFactor(async (sql, of, call) => {
  const { user, factor } = of;
  const id = crypto.randomUUID();
  const [made] = await sql.query<{ expiresAt: number }>(INSERT, [
    id,
    factor.id,
    addressOf(call.request),
    EXPIRY_S,
  ]);
  await sql.query(
    "update auth.mfa_factors set last_challenged_at = now() where id = $1",
    [factor.id],
  );
  await record(sql, user, {
    action: "challenge_created",
    traits: { "factor_id": factor.id, "factor_status": statusOf(factor) },
    address: addressOf(call.request),
  });
  return Response.json({
    id,
    type: factor.type,
    "expires_at": made?.expiresAt,
  });
});

const INSERT = `insert into auth.mfa_challenges
    (id, factor_id, created_at, ip_address)
  values ($1, $2, now(), case
    when pg_input_is_valid($3::text, 'inet') then $3::text::inet
    else '127.0.0.1'
  end)
  returning floor(extract(epoch from created_at))::int + $4::int as "expiresAt"`;

const VERIFICATION = v.object({ "challenge_id": TEXT, code: TEXT });

/** `POST /factors/:id/verify`. */
export const verifyFactor: Handler = onFactor(async (sql, holder, call) => {
  const { factor } = holder;
  const { challenge_id: id, code } = parse(VERIFICATION, call.body);
  if (code === "") throw validationFailed("Code needs to be non-empty");

  await requireOpen(sql, { id, factor }, call);
  if (!await isCurrent(code.trim(), factor.secret, Date.now())) {
    throw verificationFailed("Invalid TOTP code entered");
  }
  await record(sql, holder.user, {
    action: "verification_attempted",
    traits: {
      "factor_id": factor.id,
      "challenge_id": id,
      "factor_type": factor.type,
    },
    address: addressOf(call.request),
  });
  await sql.query(
    "update auth.mfa_challenges set verified_at = now() where id = $1",
    [id],
  );
  const refreshToken = await raise(sql, holder);
  const granted = await grant(sql, holder.session.id, refreshToken);
  return await answerGrant(granted, call.stack);
});

interface Challenge {
  readonly isUsed: boolean;
  readonly isElsewhere: boolean;
  readonly isExpired: boolean;
}

/** A challenge is answered once, from where it was asked for, and soon. */
async function requireOpen(
  sql: Sql,
  { id, factor }: { readonly id: string; readonly factor: Factor },
  call: Call,
): Promise<void> {
  const [found] = isUuid(id)
    ? await sql.query<Challenge>(FIND, [
      id,
      factor.id,
      addressOf(call.request),
      EXPIRY_S,
    ])
    : [];
  if (found === undefined) {
    throw challengeNotFound(
      "MFA factor with the provided challenge ID not found",
    );
  }
  if (found.isUsed || found.isElsewhere) {
    // The server says the same of both.
    throw ipAddressMismatch("Challenge and verify IP addresses mismatch.");
  }
  if (found.isExpired) {
    throw challengeExpired(
      `MFA challenge ${id} has expired, verify against another challenge or ` +
        "create a new challenge.",
    );
  }
}

const FIND = `select verified_at is not null as "isUsed",
    ip_address <> case
      when pg_input_is_valid($3::text, 'inet') then $3::text::inet
      else '127.0.0.1'
    end as "isElsewhere",
    created_at + make_interval(secs => $4) < now() as "isExpired"
  from auth.mfa_challenges where id = $1 and factor_id = $2`;

/** Raises the session, and ends those of the person that are below it. */
async function raise(
  sql: Sql,
  { user, session, factor }: Holder & { readonly factor: Factor },
): Promise<string> {
  await sql.query(
    `update auth.mfa_factors set status = 'verified', updated_at = now()
       where id = $1 and status <> 'verified'`,
    [factor.id],
  );
  await addMethod(sql, session.id, factor.type);
  await sql.query(
    `update auth.sessions set aal = 'aal2', factor_id = $2, updated_at = now()
       where id = $1`,
    [session.id, factor.id],
  );
  await sql.query(
    `delete from auth.sessions
       where user_id = $1 and coalesce(aal, 'aal1') < 'aal2'`,
    [user.id],
  );
  await sql.query(
    `delete from auth.mfa_factors
       where user_id = $1 and status = 'unverified' and factor_type = 'totp'`,
    [user.id],
  );
  return await replaceToken(sql, { userId: user.id, sessionId: session.id });
}

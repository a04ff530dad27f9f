/**
 * PKCE: the browser that asked for a mail gets the session, and nobody who
 * merely has the link. It sends a challenge first, and what answers it last.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash, timingSafeEqual } from "node:crypto";
import type { Sql } from "../database.ts";
import { refusal, validationFailed } from "./errors.ts";
import { TEXT } from "./input.ts";

const notFound = refusal(404, "flow_state_not_found");
const noFlow = refusal(400, "flow_state_not_found");
const expired = refusal(422, "flow_state_expired");
const badVerifier = refusal(400, "bad_code_verifier");

/** Members of the body of every request for a mail. */
export const CHALLENGE = {
  "code_challenge": TEXT,
  "code_challenge_method": TEXT,
};

/** What the answer has to match. */
export interface Challenge {
  readonly value: string;
  readonly method: "s256" | "plain";
}

/**
 * The challenge of a body, if it has one.
 *
 * @throws {Refusal} `validation_failed`, by the grammar of RFC 7636, 4.2.
 */
export function challengeOf(
  { code_challenge: value, code_challenge_method: named }: {
    readonly "code_challenge": string;
    readonly "code_challenge_method": string;
  },
): Challenge | undefined {
  if ((value === "") !== (named === "")) {
    throw validationFailed(
      "PKCE flow requires code_challenge_method and code_challenge",
    );
  }
  if (value === "") return undefined;
  if (value.length < 43 || value.length > 128) {
    throw validationFailed(
      "code challenge has to be between 43 and 128 characters",
    );
  }
  if (!/^[\w.~-]+$/.test(value)) {
    throw validationFailed(
      "code challenge can only contain alphanumeric characters, hyphens, " +
        "periods, underscores and tildes",
    );
  }
  const method = named.toLowerCase();
  if (method === "s256" || method === "plain") return { value, method };
  throw validationFailed(`unsupported code_challenge method "${named}"`);
}

/** Begins a flow that the mail about to be sent will end. */
export async function startFlow(
  sql: Sql,
  userId: string,
  flow: { readonly method: string; readonly challenge: Challenge },
): Promise<void> {
  const { method, challenge } = flow;
  await sql.query(INSERT, [
    crypto.randomUUID(),
    userId,
    crypto.randomUUID(),
    challenge.method,
    challenge.value,
    method === "email/signup" ? "email" : method,
    method,
  ]);
}

const INSERT = `insert into auth.flow_state
    (id, user_id, auth_code, code_challenge_method, code_challenge,
     provider_type, authentication_method, created_at, updated_at)
  values ($1, $2, $3, $4::auth.code_challenge_method, $5, $6, $7, now(), now())`;

/** The code of the flow that the followed link belongs to. */
export async function codeOf(
  sql: Sql,
  userId: string,
  method: string,
): Promise<string> {
  const [flow] = await sql.query<{ code: string }>(ISSUE, [userId, method]);
  if (flow !== undefined) return flow.code;
  throw noFlow(
    "No associated flow state found. No valid flow state found for user.",
  );
}

const ISSUE = `update auth.flow_state
    set auth_code_issued_at = now(), updated_at = now()
  where id = (
    select id from auth.flow_state
    where user_id = $1 and authentication_method = $2
    order by created_at desc limit 1
  ) returning auth_code as code`;

/** Whose flow it was, and how they proved who they are. */
export interface Redeemed {
  readonly userId: string;
  readonly method: string;
  /** Through what: "email", "magiclink". */
  readonly provider: string;
}

/**
 * Ends the flow that `code` belongs to.
 *
 * @throws {Refusal} `flow_state_not_found`, `flow_state_expired` or
 * `bad_code_verifier`; the flow can then still be ended.
 */
export async function redeem(
  sql: Sql,
  code: string,
  verifier: string,
): Promise<Redeemed> {
  const [flow] = await sql.query<Flow>(FIND, [code]);
  if (flow === undefined) {
    throw notFound("invalid flow state, no valid flow state found");
  }
  if (flow.isExpired) {
    throw expired("invalid flow state, flow state has expired");
  }
  if (!answers(verifier, flow.challenge)) {
    throw badVerifier(
      "code challenge does not match previously saved code verifier",
    );
  }
  await sql.query("delete from auth.flow_state where id = $1", [flow.id]);
  return flow;
}

interface Flow extends Redeemed {
  readonly id: string;
  readonly challenge: Challenge;
  readonly isExpired: boolean;
}

/**
 * Five minutes are the platform's default, from the request on. A magic link
 * may lie in a mailbox for longer: it counts from the click.
 */
const FIND = `select id, user_id as "userId", authentication_method as method,
    provider_type as provider, jsonb_build_object('value', code_challenge,
      'method', code_challenge_method) as challenge,
    case authentication_method
      when 'magiclink' then coalesce(auth_code_issued_at, created_at)
      else created_at
    end + interval '5 minutes' < now() as "isExpired"
  from auth.flow_state where auth_code = $1 and user_id is not null`;

function answers(verifier: string, { value, method }: Challenge): boolean {
  const given = method === "plain"
    ? verifier
    : createHash("sha256").update(verifier).digest("base64url");
  const [one, other] = [Buffer.from(given), Buffer.from(value)];
  return one.length === other.length && timingSafeEqual(one, other);
}

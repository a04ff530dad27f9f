/**
 * Refusals, in the words of Supabase Auth. auth-js compares codes, and people
 * compare messages, so both are the server's own.
 *
 * @module
 */
import { isSqlError } from "../database.ts";

/** A kind of refusal. */
export interface Kind {
  readonly status: number;
  /** What auth-js shows as `error.code`. */
  readonly code: string;
}

/** Members of the body that only one code has. */
export type Members = Readonly<Record<string, unknown>>;

/** An answer that is not what was asked for. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(
    readonly kind: Kind,
    message: string,
    readonly members: Members = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Names a kind of refusal, and returns what makes one. */
export function refusal(
  status: number,
  code: string,
): (message: string, members?: Members) => Refusal {
  return (message, members) => new Refusal({ status, code }, message, members);
}

/** The commonest kind: what was sent cannot be used. */
export const validationFailed = refusal(400, "validation_failed");

const FAILURE: Kind = { status: 500, code: "unexpected_failure" };

/** What the caller sees of a bug of ours. */
export function unexpectedFailure(cause: unknown): Refusal {
  const message =
    "Unexpected failure, please check server logs for more information";
  return new Refusal(FAILURE, message, {}, { cause });
}

/**
 * For `catch`: says `message` where Postgres refused. Triggers on `auth.users`
 * are how projects make profiles, so this is a failure people meet.
 */
export function whenSqlFails(message: string): (error: unknown) => never {
  return (cause) => {
    if (!isSqlError(cause)) throw cause;
    throw new Refusal(FAILURE, message, {}, { cause });
  };
}

const VERSION = "2024-01-01";

/** The refusal in the shape that the caller's version of the API has. */
export function answerRefusal(refusal: Refusal, request: Request): Response {
  const { kind: { status, code }, message, members } = refusal;
  const headers = new Headers({ "x-sb-error-code": code });
  if (!speaksVersion(request)) {
    const legacy = { "code": status, "error_code": code, "msg": message };
    return Response.json({ ...legacy, ...members }, { status, headers });
  }
  // Without this echo, auth-js reads the older shape.
  headers.set("x-supabase-api-version", VERSION);
  return Response.json({ code, message, ...members }, { status, headers });
}

function speaksVersion(request: Request): boolean {
  const asked = request.headers.get("x-supabase-api-version") ?? "";
  return /^\d{4}-\d{2}-\d{2}$/.test(asked) && asked >= VERSION;
}

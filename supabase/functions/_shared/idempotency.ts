/**
 * Requests that may be sent twice and must count once.
 *
 * The key travels with the work: it is an argument of the one SQL call that
 * does it, and a column of the row that the call makes. So nothing can crash
 * between "seen" and "done", and two requests at once meet in a unique index.
 *
 * Source: draft-ietf-httpapi-idempotency-key-header-07.
 *
 * @module
 */
import { type Problem, problem } from "./problem.ts";

const invalidKey = problem(400, "Idempotency key not valid");
const keyReused = problem(422, "Idempotency key reused");

/** What makes a retry recognisable. */
export interface Once {
  /** The sender's own name for the request. */
  readonly key: string;
  /** SHA-256 of the body, in hex: the same key with another body is a mistake. */
  readonly fingerprint: string;
}

/** Bare, or quoted as the draft's structured field has it. No quotes inside. */
const KEY =
  /^(?:"([\x20\x21\x23-\x5b\x5d-\x7e]{1,255})"|([\x21\x23-\x5b\x5d-\x7e]{1,255}))$/;

/**
 * What `Idempotency-Key` says about a request, or `undefined` without one.
 *
 * @throws {Problem} "Idempotency key not valid" unless it is 1 to 255 printable
 * ASCII characters.
 */
export async function onceOf(
  headers: Headers,
  body: Uint8Array<ArrayBuffer>,
): Promise<Once | undefined> {
  const header = headers.get("idempotency-key");
  if (header === null) return undefined;
  const match = header.match(KEY);
  const key = match?.[1] ?? match?.[2];
  if (key === undefined) {
    throw invalidKey(
      "Cannot use the key: it must be 1 to 255 letters, digits or signs",
    );
  }
  return { key, fingerprint: await sha256(body) };
}

/** The answer to a key that was used for another body before. */
export function reused(): Problem {
  return keyReused("This key was sent before, with another body");
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

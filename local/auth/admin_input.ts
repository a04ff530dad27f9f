/**
 * What the service says of a person that it makes or changes.
 *
 * @module
 */
import * as v from "valibot";
import { parseDuration } from "./durations.ts";
import { normaliseEmail } from "./emails.ts";
import { validationFailed } from "./errors.ts";
import { FLAG, METADATA, parse, TEXT } from "./input.ts";
import { normalisePhone } from "./phones.ts";

const USER = v.object({
  id: TEXT,
  aud: TEXT,
  role: TEXT,
  email: TEXT,
  phone: TEXT,
  password: v.nullish(v.string()),
  "password_hash": TEXT,
  "email_confirm": FLAG,
  "phone_confirm": FLAG,
  "user_metadata": METADATA,
  "app_metadata": METADATA,
  "ban_duration": TEXT,
});

/** What was sent, with what is empty left out and the rest in its own form. */
export interface AdminInput {
  readonly id: string | undefined;
  readonly aud: string | undefined;
  readonly role: string | undefined;
  readonly email: string | undefined;
  readonly phone: string | undefined;
  /** May be empty, which is not the same as absent. */
  readonly password: string | undefined;
  readonly passwordHash: string | undefined;
  readonly confirmEmail: boolean;
  readonly confirmPhone: boolean;
  readonly userMetadata: v.InferOutput<typeof METADATA>;
  readonly appMetadata: v.InferOutput<typeof METADATA>;
  /** 0 lifts a ban. */
  readonly banMs: number | undefined;
}

/** Reads a body of `/admin/users`. */
export function readUser(body: Uint8Array): AdminInput {
  const input = parse(USER, body);
  return {
    id: input.id || undefined,
    aud: input.aud || undefined,
    role: input.role.trim() || undefined,
    email: input.email === "" ? undefined : normaliseEmail(input.email),
    phone: input.phone === "" ? undefined : normalisePhone(input.phone),
    password: input.password ?? undefined,
    passwordHash: input.password_hash || undefined,
    confirmEmail: input.email_confirm,
    confirmPhone: input.phone_confirm,
    userMetadata: input.user_metadata,
    appMetadata: input.app_metadata,
    banMs: banOf(input.ban_duration),
  };
}

function banOf(duration: string): number | undefined {
  if (duration === "") return undefined;
  if (duration === "none") return 0;
  const ms = parseDuration(duration);
  if (ms !== undefined) return ms;
  throw validationFailed(
    `invalid format for ban duration: time: invalid duration "${duration}"`,
  );
}

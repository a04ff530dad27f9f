/**
 * What `[auth]` of `supabase/config.toml` says, with the defaults of the
 * Supabase CLI. No I/O.
 *
 * @module
 */
import * as v from "valibot";
import { parseDuration } from "./durations.ts";
import { globToRegExp } from "./globs.ts";

/** The settings of Auth that this stack knows. */
export interface AuthSettings {
  /** Where people land unless they ask for a page that is allowed. */
  readonly siteUrl: string;
  /** Other pages they may land on: globs. */
  readonly redirectUrls: readonly string[];
  /** How long an access token is good. */
  readonly jwtExpiryS: number;
  readonly minPasswordLength: number;
  readonly anonymousSignIns: boolean;
  /** Whether people confirm their address before they can sign in. */
  readonly confirmEmail: boolean;
  /** Whether the old address has to confirm a new one, too. */
  readonly doubleConfirmChanges: boolean;
  /** How long a mailed link or code is good. */
  readonly otpExpiryS: number;
  /** The least time between two mails of a kind to one person. */
  readonly maxFrequencyMs: number;
}

const duration = v.pipe(
  v.string(),
  v.check((text) => parseDuration(text) !== undefined, "Not a Go duration"),
  v.transform((text) => parseDuration(text) ?? 0),
);

const glob = v.pipe(v.string(), v.check(isGlob, "Not a glob"));

function isGlob(text: string): boolean {
  try {
    return globToRegExp(text) instanceof RegExp;
  } catch {
    return false; // a range from z to a
  }
}

const seconds = v.pipe(v.number(), v.integer(), v.minValue(1));

const email = v.object({
  "enable_confirmations": v.optional(v.boolean(), false),
  "double_confirm_changes": v.optional(v.boolean(), true),
  "otp_expiry": v.optional(seconds, 3600),
  "max_frequency": v.optional(duration, "1s"),
});

/** `[auth]` as it is written. */
export const AUTH = v.pipe(
  v.object({
    "site_url": v.optional(
      v.pipe(v.string(), v.url()),
      "http://127.0.0.1:3000",
    ),
    "additional_redirect_urls": v.optional(v.array(glob), [
      "https://127.0.0.1:3000",
    ]),
    "jwt_expiry": v.optional(seconds, 3600),
    "minimum_password_length": v.optional(
      v.pipe(v.number(), v.integer(), v.minValue(6)),
      6,
    ),
    "enable_anonymous_sign_ins": v.optional(v.boolean(), false),
    email: v.optional(email, {}),
  }),
  v.transform((it): AuthSettings => ({
    siteUrl: it.site_url,
    redirectUrls: it.additional_redirect_urls,
    jwtExpiryS: it.jwt_expiry,
    minPasswordLength: it.minimum_password_length,
    anonymousSignIns: it.enable_anonymous_sign_ins,
    confirmEmail: it.email.enable_confirmations,
    doubleConfirmChanges: it.email.double_confirm_changes,
    otpExpiryS: it.email.otp_expiry,
    maxFrequencyMs: it.email.max_frequency,
  })),
);

/**
 * Ways to ask for a mail: `/recover`, `/otp`, `/magiclink`, `/resend` and
 * `/reauthenticate`. Whether an address is known is not told.
 *
 * @module
 */
import * as v from "valibot";
import type { Sql } from "../database.ts";
import type { Call } from "./call.ts";
import { requireUser } from "./callers.ts";
import { normaliseEmail } from "./emails.ts";
import { refusal, validationFailed } from "./errors.ts";
import { CHALLENGE, challengeOf } from "./flows.ts";
import { METADATA, parse, TEXT } from "./input.ts";
import type { Mail } from "./mails.ts";
import {
  posting,
  sendConfirmation,
  sendEmailChange,
  sendMagicLink,
  sendReauthentication,
  sendRecovery,
} from "./post.ts";
import { signUpWithoutPassword } from "./sign_up.ts";
import { findUserByEmail } from "./users.ts";

const otpDisabled = refusal(422, "otp_disabled");
const phoneDisabled = refusal(400, "phone_provider_disabled");
const emailNotConfirmed = refusal(422, "email_not_confirmed");

/** Posts the mails, and answers the same whether there are any. */
async function answering(
  call: Call,
  work: (sql: Sql) => Promise<Mail[]>,
): Promise<Response> {
  return await posting(call, async (sql) => ({
    mails: await work(sql),
    answer: Response.json({}),
  }));
}

const RECOVERY = v.object({ email: TEXT, ...CHALLENGE });

/** `POST /recover`. */
export async function askForRecovery(call: Call): Promise<Response> {
  const input = parse(RECOVERY, call.body);
  if (input.email === "") {
    throw validationFailed("Password recovery requires an email");
  }
  const email = normaliseEmail(input.email);
  const challenge = challengeOf(input);

  return await answering(call, async (sql) => {
    const user = await findUserByEmail(sql, email);
    if (user === undefined) return [];
    return await sendRecovery({ sql, call, user, challenge });
  });
}

const OTP = v.object({
  email: TEXT,
  phone: TEXT,
  channel: TEXT,
  "create_user": v.nullish(v.boolean(), true),
  data: METADATA,
  ...CHALLENGE,
});

/** `POST /otp` and `POST /magiclink`: a link and a code to sign in with. */
export async function askForMagicLink(call: Call): Promise<Response> {
  const input = parse(OTP, call.body);
  const challenge = challengeOf(input);
  if (input.email === "") {
    if (input.phone === "") {
      throw validationFailed("One of email or phone must be set");
    }
    throw phoneDisabled("Unsupported phone provider");
  }
  if (input.phone !== "") {
    throw validationFailed(
      "Only an email address or phone number should be provided",
    );
  }
  if (input.channel !== "") {
    throw validationFailed(
      "Channel should only be specified with Phone OTP",
    );
  }
  const email = normaliseEmail(input.email);

  return await answering(call, async (sql) => {
    const known = await findUserByEmail(sql, email);
    if (known === undefined && !input.create_user) {
      throw otpDisabled("Signups not allowed for otp");
    }
    if (known !== undefined && known.emailConfirmedAt !== null) {
      return await sendMagicLink({ sql, call, user: known, challenge });
    }
    const person = { email, data: input.data ?? {} };
    const user = known ?? await signUpWithoutPassword(sql, call, person);
    // What confirms the address signs in as well.
    return call.stack.settings.confirmEmail
      ? await sendConfirmation({ sql, call, user, challenge })
      : await sendMagicLink({ sql, call, user, challenge });
  });
}

const RESEND = v.object({
  type: TEXT,
  email: TEXT,
  phone: TEXT,
  ...CHALLENGE,
});

/** `POST /resend`: the last mail of a kind again, with a new token. */
export async function resend(call: Call): Promise<Response> {
  const input = parse(RESEND, call.body);
  const challenge = challengeOf(input);
  const email = addressOf(input);

  return await answering(call, async (sql) => {
    const user = await findUserByEmail(sql, email);
    if (user === undefined) return [];
    const occasion = { sql, call, user, challenge };
    if (input.type === "signup" && user.emailConfirmedAt === null) {
      return await sendConfirmation(occasion);
    }
    if (input.type === "email_change" && user.emailChange !== "") {
      return await sendEmailChange(occasion, user.emailChange);
    }
    return [];
  });
}

const RESENT = ["signup", "email_change", "sms", "phone_change"];

function addressOf(
  { type, email, phone }: v.InferOutput<typeof RESEND>,
): string {
  if (!RESENT.includes(type)) {
    throw validationFailed(`Missing one of these types: ${RESENT.join(", ")}`);
  }
  if (type === "signup" && email === "") {
    throw validationFailed("Type provided requires an email address");
  }
  if (type === "sms" && phone === "") {
    throw validationFailed("Type provided requires a phone number");
  }
  if (email !== "" && phone !== "") {
    throw validationFailed(
      "Only an email address or phone number should be provided.",
    );
  }
  if (phone !== "") throw phoneDisabled("Phone logins are disabled");
  if (email === "") {
    throw validationFailed("Missing email address or phone number");
  }
  return normaliseEmail(email);
}

/**
 * `GET /reauthenticate`. The code is for `secure_password_change`, which is off
 * here as by default: changing a password takes the code and does not need it.
 */
export async function reauthenticate(call: Call): Promise<Response> {
  return await answering(call, async (sql) => {
    const { user } = await requireUser(sql, call);
    if (user.email === null) {
      throw validationFailed(
        "Reauthentication requires the user to have an email or a phone number",
      );
    }
    if (user.emailConfirmedAt === null) {
      throw emailNotConfirmed("Please verify your email first.");
    }
    return await sendReauthentication({ sql, call, user });
  });
}

/**
 * `/verify`: trades a link or a code from a mail for a session.
 *
 * @module
 */
import * as v from "valibot";
import { accept, type Shown } from "./acceptance.ts";
import type { Call } from "./call.ts";
import { normaliseEmail } from "./emails.ts";
import { Refusal, refusal, validationFailed } from "./errors.ts";
import { codeOf } from "./flows.ts";
import { parse, TEXT } from "./input.ts";
import { hashOf, PKCE_PREFIX } from "./one_time_tokens.ts";
import { redirectOf, withFragment, withQuery } from "./redirects.ts";
import { deviceOf, openSession } from "./sessions.ts";
import { answerGrant, describeGrant, type SessionJson } from "./tokens.ts";

const otpExpired = refusal(403, "otp_expired");

const ONE_OF_TWO = "Confirmation link accepted. Please proceed to confirm " +
  "link sent to the other email";

/**
 * `GET /verify`: a link was clicked. Somebody is looking at a browser, so what
 * is wrong with the token is told to the page that they land on.
 */
export async function followLink(call: Call): Promise<Response> {
  const { request, stack, url } = call;
  const token = url.searchParams.get("token") ?? "";
  const type = url.searchParams.get("type") ?? "";
  if (type === "") {
    throw validationFailed("Verify requires a verification type");
  }
  if (token === "") {
    throw validationFailed("Verify requires a token or a token hash");
  }
  const target = redirectOf(request, stack.settings);
  const isPkce = token.startsWith(PKCE_PREFIX);
  try {
    return seeOther(await whereTo(call, { type, token, target, isPkce }));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.cause !== undefined) stack.report?.(error.cause);
    return seeOther(withRefusal(target, error, isPkce));
  }
}

interface Click {
  readonly type: string;
  readonly token: string;
  readonly target: string;
  readonly isPkce: boolean;
}

async function whereTo(call: Call, click: Click): Promise<string> {
  const { stack, request } = call;
  const { type, token, target, isPkce } = click;
  const worthless = "Email link is invalid or has expired";
  const shown = { type, hashes: [token], worthless };
  const after = await stack.database.asOwner(async (sql) => {
    const user = await accept(sql, call, shown);
    if (user === undefined) return { message: ONE_OF_TWO };
    if (isPkce) return { code: await codeOf(sql, user.id, methodOf(type)) };
    return await openSession(sql, user, deviceOf(request), "otp");
  });
  if ("message" in after) {
    const plain = withFragment(target, { ...after, sb: "" });
    return isPkce ? withQuery(plain, after) : plain;
  }
  if ("code" in after) return withQuery(target, after);
  const tokens = tokensOf(await describeGrant(after, stack));
  return withFragment(target, { ...tokens, type, sb: "" });
}

/** A session as it travels behind a `#`: the person is asked for later. */
function tokensOf(session: SessionJson): Record<string, string> {
  const { user: _user, ...tokens } = session;
  const pairs = Object.entries(tokens);
  return Object.fromEntries(pairs.map(([name, it]) => [name, String(it)]));
}

/** How `auth.flow_state` calls a flow that a link of this type ends. */
function methodOf(type: string): string {
  return type === "signup" ? "email/signup" : type;
}

/** By RFC 6749, 4.1.2.1, with the server's own code beside it. */
const OAUTH_ERRORS: Readonly<Record<number, string>> = {
  400: "invalid_request",
  401: "unauthorized_client",
  403: "access_denied",
  500: "server_error",
};

function withRefusal(
  target: string,
  { kind, message }: Refusal,
  isPkce: boolean,
): string {
  const error = OAUTH_ERRORS[kind.status];
  const said = {
    ...(error !== undefined && { error }),
    "error_code": kind.code,
    "error_description": message,
  };
  const plain = withFragment(target, { ...said, sb: "" });
  return isPkce ? withQuery(plain, said) : plain;
}

function seeOther(target: string): Response {
  // A header has no letters beyond ASCII, and a page may.
  const location = target.replaceAll(/[^!-~]+/g, encodeURIComponent);
  return new Response(null, { status: 303, headers: { location } });
}

const VERIFICATION = v.object({
  type: TEXT,
  token: TEXT,
  "token_hash": TEXT,
  email: TEXT,
  phone: TEXT,
  "redirect_to": TEXT,
});

/** `POST /verify`: a code was typed, or a page took the hash from its link. */
export async function verify(call: Call): Promise<Response> {
  const { stack, request } = call;
  const shown = shownIn(parse(VERIFICATION, call.body));
  const granted = await stack.database.asOwner(async (sql) => {
    const user = await accept(sql, call, shown);
    return user && await openSession(sql, user, deviceOf(request), "otp");
  });
  if (granted === undefined) {
    return Response.json({ code: "200", msg: ONE_OF_TWO });
  }
  return await answerGrant(granted, stack);
}

function shownIn(input: v.InferOutput<typeof VERIFICATION>): Shown {
  const { type, token, token_hash: tokenHash, email, phone } = input;
  if (type === "") {
    throw validationFailed("Verify requires a verification type");
  }
  if ((token === "") === (tokenHash === "")) {
    throw validationFailed("Verify requires either a token or a token hash");
  }
  if (tokenHash !== "") {
    if (email !== "" || phone !== "" || input.redirect_to !== "") {
      throw validationFailed(
        "Only the token_hash and type should be provided",
      );
    }
    const worthless = "Email link is invalid or has expired";
    return { type, hashes: [tokenHash], worthless };
  }
  if ((email === "") === (phone === "")) {
    throw validationFailed(
      "Only an email address or phone number should be provided on verify",
    );
  }
  const worthless = "Token has expired or is invalid";
  // Nobody has a phone number here, so no code was ever sent to one.
  if (email === "") throw otpExpired(worthless);
  const address = normaliseEmail(email);
  const hash = hashOf(address, token);
  return { type, hashes: [hash, PKCE_PREFIX + hash], address, worthless };
}

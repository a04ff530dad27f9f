/**
 * The PKCE flow: a link gives a code, and the browser that asked for the link
 * can trade it for a session. auth-js makes the challenges.
 *
 * @module
 */
import { deepStrictEqual, equal, match } from "node:assert/strict";
import {
  codeOf,
  follow,
  lastMailTo,
  newEmail,
  PASSWORD,
  world,
} from "./world.ts";

for (
  const [kind, method] of [
    ["magiclink", "magiclink"],
    ["recovery", "recovery"],
  ] as const
) {
  Deno.test(`a ${kind} link of a browser gives it a code, and no token`, async () => {
    const { email, id } = await world.signUp();
    const { auth } = world.browser();
    await (kind === "recovery"
      ? auth.resetPasswordForEmail(email)
      : auth.signInWithOtp({ email }));

    const landing = await follow(lastMailTo(email));
    const code = landing.url.searchParams.get("code") ?? "";
    const { data, error } = await auth.exchangeCodeForSession(code);

    deepStrictEqual(landing.said, {});
    equal(error, null);
    equal(data.session?.user.id, id);
    const { data: claims } = await auth.getClaims();
    const [proof] = claims?.claims.amr ?? [];
    equal(typeof proof === "object" && proof.method, method);
  });
}

Deno.test("signing up in a browser ends with a code, too", async () => {
  await using strict = world.serving({ confirmEmail: true });
  const email = newEmail();
  const { auth } = strict.browser();
  await auth.signUp({ email, password: PASSWORD });

  const { url } = await follow(lastMailTo(email, strict));
  const code = url.searchParams.get("code") ?? "";
  const { data, error } = await auth.exchangeCodeForSession(code);

  equal(error, null);
  equal(data.session?.user.email, email);
});

Deno.test("a code typed into a browser needs no exchange", async () => {
  const { email, id } = await world.signUp();
  const { auth } = world.browser();
  await auth.signInWithOtp({ email });
  const { code: token } = lastMailTo(email);

  const { data } = await auth.verifyOtp({ email, token, type: "email" });

  equal(data.session?.user.id, id);
});

/** A link that was clicked, and who may trade its code. */
async function clicked(): Promise<{
  readonly id: string;
  readonly code: string;
  readonly auth: ReturnType<typeof world.browser>["auth"];
}> {
  const { email, id } = await world.signUp();
  const { auth } = world.browser();
  await auth.signInWithOtp({ email });
  const { url } = await follow(lastMailTo(email));
  return { id, code: url.searchParams.get("code") ?? "", auth };
}

function exchange(code: string, verifier: string): Promise<Response> {
  return world.send("/token?grant_type=pkce", {
    body: JSON.stringify({ "auth_code": code, "code_verifier": verifier }),
    version: "2024-01-01",
  });
}

Deno.test("who has the link and not the verifier gets nothing", async () => {
  const { id, code, auth } = await clicked();
  const before = await world.sessionsOf({ id });

  const thief = await exchange(code, "x".repeat(56));

  equal(thief.status, 400);
  equal((await thief.json()).code, "bad_code_verifier");
  deepStrictEqual(await world.sessionsOf({ id }), before);
  const { error } = await auth.exchangeCodeForSession(code);
  equal(error, null);
});

Deno.test("a code is traded once", async () => {
  const { id, code, auth } = await clicked();
  await auth.exchangeCodeForSession(code);
  const before = await world.sessionsOf({ id });

  const again = await exchange(code, "x".repeat(56));

  equal(again.status, 404);
  equal((await again.json()).code, "flow_state_not_found");
  deepStrictEqual(await world.sessionsOf({ id }), before);
});

Deno.test("a code is traded within five minutes of the click", async () => {
  const { id, code, auth } = await clicked();
  await world.rows(
    `update auth.flow_state
       set auth_code_issued_at = now() - interval '301 seconds'
       where auth_code = $1`,
    [code],
  );
  const before = await world.sessionsOf({ id });

  const { error } = await auth.exchangeCodeForSession(code);

  deepStrictEqual(codeOf(error), [422, "flow_state_expired"]);
  deepStrictEqual(await world.sessionsOf({ id }), before);
});

Deno.test("a used link tells a browser so in the query, too", async () => {
  const { email } = await world.signUp();
  await world.browser().auth.signInWithOtp({ email });
  const mail = lastMailTo(email);
  await follow(mail);

  const { url, said } = await follow(mail);

  equal(url.searchParams.get("error_code"), "otp_expired");
  equal(url.searchParams.get("code"), null);
  equal(said["error_code"], "otp_expired");
});

for (
  const [why, challenge, method] of [
    ["a challenge without a method", "x".repeat(43), ""],
    ["a challenge that is too short", "x".repeat(42), "s256"],
    ["a challenge of other letters", "!".repeat(43), "s256"],
    ["a method that is none", "x".repeat(43), "md5"],
  ] as const
) {
  Deno.test(`POST /otp refuses ${why}`, async () => {
    const { email } = await world.signUp();

    const response = await world.send("/otp", {
      body: JSON.stringify({
        email,
        "code_challenge": challenge,
        "code_challenge_method": method,
      }),
    });

    equal(response.status, 400);
    match((await response.json()).error_code, /^validation_failed$/);
    deepStrictEqual(world.mailsTo(email), []);
  });
}

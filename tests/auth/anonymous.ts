/**
 * People without a name, and what this stack does not have.
 *
 * @module
 */
import { deepStrictEqual, equal } from "node:assert/strict";
import { codeOf, follow, lastMailTo, newEmail, world } from "./world.ts";

Deno.test("signInAnonymously() is refused unless it is switched on", async () => {
  const before = await world.rows("select count(*) from auth.users");

  const { data, error } = await world.anyone().auth.signInAnonymously();

  deepStrictEqual(codeOf(error), [422, "anonymous_provider_disabled"]);
  equal(data.session, null);
  const after = await world.rows("select count(*) from auth.users");
  deepStrictEqual(after, before);
});

Deno.test("somebody anonymous has a session, and nothing to sign in with", async () => {
  await using open = world.serving({ anonymousSignIns: true });
  const client = open.anyone();

  const { data } = await client.auth
    .signInAnonymously({ options: { data: { colour: "red" } } });

  equal(data.user?.is_anonymous, true);
  equal(data.user?.email, "");
  deepStrictEqual(data.user?.app_metadata, {});
  equal(data.user?.user_metadata["colour"], "red");
  const { data: claims } = await client.auth.getClaims();
  equal(claims?.claims.is_anonymous, true);
  equal(claims?.claims.role, "authenticated");
  const password = await client.auth.updateUser({ password: "a password" });
  deepStrictEqual(codeOf(password.error), [422, "validation_failed"]);
  const factor = await client.auth.mfa.enroll({ factorType: "totp" });
  deepStrictEqual(codeOf(factor.error), [403, "no_authorization"]);
});

Deno.test("somebody anonymous becomes a person with an address", async () => {
  await using open = world.serving({ anonymousSignIns: true });
  const client = open.anyone();
  const { data: { user: before } } = await client.auth.signInAnonymously();
  const credentials = { email: newEmail(), password: "a password" };

  const { data, error } = await client.auth.updateUser(credentials);

  equal(error, null);
  equal(data.user?.id, before?.id);
  equal(data.user?.is_anonymous, false);
  deepStrictEqual(data.user?.app_metadata, {
    provider: "email",
    providers: ["email"],
  });
  const again = await open.anyone().auth.signInWithPassword(credentials);
  equal(again.data.user?.id, before?.id);
});

Deno.test("where addresses are confirmed, somebody anonymous confirms theirs", async () => {
  await using open = world
    .serving({ anonymousSignIns: true, confirmEmail: true });
  const client = open.anyone();
  await client.auth.signInAnonymously();
  const email = newEmail();

  const { data: asked } = await client.auth.updateUser({ email });
  const landing = await follow(lastMailTo(email, open));
  const { data: { user } } = await client.auth.getUser();

  equal(asked.user?.is_anonymous, true);
  equal(landing.said["type"], "email_change");
  deepStrictEqual([user?.email, user?.is_anonymous], [email, false]);
  equal(typeof user?.email_confirmed_at, "string");
  deepStrictEqual(user?.app_metadata, {
    provider: "email",
    providers: ["email"],
  });
});

for (
  const [what, path, method, code] of [
    [
      "an OAuth provider",
      "/authorize?provider=github",
      "GET",
      "validation_failed",
    ],
    ["SSO", "/sso", "POST", "saml_provider_disabled"],
    ["a passkey", "/passkeys", "GET", "passkey_disabled"],
    [
      "linking",
      "/user/identities/authorize?provider=github",
      "GET",
      "manual_linking_disabled",
    ],
    [
      "a provider's token",
      "/token?grant_type=id_token",
      "POST",
      "provider_disabled",
    ],
    [
      "a wallet",
      "/token?grant_type=web3",
      "POST",
      "web3_provider_disabled",
    ],
  ] as const
) {
  Deno.test(`${what} is refused as where it is switched off`, async () => {
    const body = method === "GET" ? {} : { body: "{}" };

    const response = await world.send(path, { method, ...body });

    equal((await response.json()).error_code, code);
    equal(response.headers.get("location"), null);
  });
}

Deno.test("a phone number gets no code", async () => {
  const phone = "+4912345678";
  const { auth } = world.anyone();

  const asked = await auth.signInWithOtp({ phone });
  const verified = await auth
    .verifyOtp({ phone, token: "123456", type: "sms" });

  deepStrictEqual(codeOf(asked.error), [400, "phone_provider_disabled"]);
  deepStrictEqual(codeOf(verified.error), [403, "otp_expired"]);
  equal(verified.data.session, null);
});

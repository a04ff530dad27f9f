/**
 * Links and codes that are worth nothing, and pages that get no tokens.
 *
 * @module
 */
import { deepStrictEqual, equal } from "node:assert/strict";
import {
  codeOf,
  countSessions,
  follow,
  lastMailTo,
  newEmail,
  world,
} from "./world.ts";

for (
  const [why, spoil] of [
    ["used before", (link: string) => follow({ link })],
    [
      "older than it may be",
      (_link: string, email: string) =>
        world.rows(
          `update auth.users
             set recovery_sent_at = now() - interval '3601 seconds'
             where email = $1`,
          [email],
        ),
    ],
    [
      "replaced by a newer one",
      (_link: string, email: string) =>
        world.anyone().auth.resetPasswordForEmail(email),
    ],
    [
      "followed by a new password",
      async (_link: string, email: string) => {
        const { client } = await world.signIn({ email });
        await client.auth.updateUser({ password: "another one" });
      },
    ],
  ] as const
) {
  Deno.test(`a link or code that was ${why} is refused, and opens nothing`, async () => {
    const { email } = await world.signUp();
    const client = world.anyone();
    await client.auth.resetPasswordForEmail(email);
    const { link, code: token } = lastMailTo(email);
    await spoil(link ?? "", email);
    const before = await countSessions(email);

    const landing = await follow({ link });
    const { data, error } = await client.auth
      .verifyOtp({ email, token, type: "recovery" });

    equal(landing.status, 303);
    deepStrictEqual(landing.said, {
      error: "access_denied",
      "error_code": "otp_expired",
      "error_description": "Email link is invalid or has expired",
      sb: "",
    });
    deepStrictEqual(codeOf(error), [403, "otp_expired"]);
    equal(data.session, null);
    equal(await countSessions(email), before);
  });
}

Deno.test("config.toml says how long a link is good", async () => {
  await using strict = world.serving({ otpExpiryS: 60 });
  const { email } = await world.signUp();
  await strict.anyone().auth.signInWithOtp({ email });
  await world.rows(
    `update auth.users set recovery_sent_at = now() - interval '61 seconds'
       where email = $1`,
    [email],
  );
  const before = await countSessions(email);

  const landing = await follow(lastMailTo(email, strict));

  equal(landing.said["error_code"], "otp_expired");
  equal(await countSessions(email), before);
});

Deno.test("a code is good for the address it was sent to alone", async () => {
  const alice = await world.signUp();
  const bob = await world.signUp();
  const { auth } = world.anyone();
  await auth.signInWithOtp({ email: alice.email });
  const { code: token } = lastMailTo(alice.email);
  const before = await countSessions(bob.email);

  const { error } = await auth
    .verifyOtp({ email: bob.email, token, type: "email" });

  deepStrictEqual(codeOf(error), [403, "otp_expired"]);
  equal(await countSessions(bob.email), before);
});

Deno.test("a code is worthless once its address is another's", async () => {
  const { email, id } = await world.signUp();
  const { auth } = world.anyone();
  await auth.signInWithOtp({ email });
  const { code: token } = lastMailTo(email);
  await world.admin().updateUserById(id, { email: newEmail() });
  const before = await world.sessionsOf({ id });

  const { error } = await auth.verifyOtp({ email, token, type: "email" });

  deepStrictEqual(codeOf(error), [403, "otp_expired"]);
  deepStrictEqual(await world.sessionsOf({ id }), before);
});

Deno.test("a link is good for what it was sent for alone", async () => {
  const email = newEmail();
  await world.admin().inviteUserByEmail(email);
  const link = lastMailTo(email).link?.replace("type=invite", "type=recovery");

  const landing = await follow({ link: link ?? "" });

  equal(landing.said["error_code"], "otp_expired");
  equal(await countSessions(email), 0);
  const [row] = await world.rows<{ confirmed: boolean }>(
    `select email_confirmed_at is not null as confirmed
       from auth.users where email = $1`,
    [email],
  );
  equal(row?.confirmed, false);
});

Deno.test("somebody banned cannot follow a link", async () => {
  const { email, id } = await world.signUp();
  await world.anyone().auth.signInWithOtp({ email });
  await world.admin().updateUserById(id, { "ban_duration": "1h" });
  const before = await countSessions(email);

  const landing = await follow(lastMailTo(email));

  equal(landing.said["error_code"], "user_banned");
  equal(await countSessions(email), before);
});

Deno.test("mails to one person keep their distance", async () => {
  await using slow = world.serving({ maxFrequencyMs: 60_000 });
  const { email } = await world.signUp();
  const { auth } = slow.anyone();
  await auth.signInWithOtp({ email });

  const { error } = await auth.signInWithOtp({ email });
  const now = Date.now();

  deepStrictEqual(codeOf(error), [429, "over_email_send_rate_limit"]);
  const asked = /you can only request this after (\d+) seconds/;
  const [, seconds] = error?.message.match(asked) ?? [];
  const [row] = await world.rows<{ at: Date }>(
    "select recovery_sent_at as at from auth.users where email = $1",
    [email],
  );
  // Who waits for as long as that has waited long enough.
  const free = Number(row?.at) + 60_000;
  equal(now + Number(seconds) * 1000 >= free, true);
  equal(slow.mailsTo(email).length, 1);
  // What was sent is still good.
  equal((await follow(lastMailTo(email, slow))).said["type"], "magiclink");
});

Deno.test("a link leads to the site, wherever somebody else wants it to", async () => {
  const { email } = await world.signUp();
  const { auth } = world.anyone();

  await auth.signInWithOtp({
    email,
    options: { emailRedirectTo: "https://evil.example/catch" },
  });
  const asked = await follow(lastMailTo(email));
  await auth.signInWithOtp({ email });
  const link = lastMailTo(email).link
    ?.replace(/redirect_to=.*/, "redirect_to=https://evil.example");
  const changed = await follow({ link: link ?? "" });

  equal(asked.url.origin, "http://127.0.0.1:3000");
  equal(changed.url.origin, "http://127.0.0.1:3000");
  equal(changed.said["type"], "magiclink");
});

for (
  const [why, input] of [
    ["no type", { token: "123456", email: "a@b.example" }],
    ["a type that is none", {
      type: "carrier_pigeon",
      token: "123456",
      email: "a@b.example",
    }],
    ["no token", { type: "email", email: "a@b.example" }],
    ["a token and a hash", { type: "email", token: "1", "token_hash": "2" }],
    ["a hash and an address", {
      type: "email",
      "token_hash": "2",
      email: "a@b.example",
    }],
    ["a code without an address", { type: "email", token: "123456" }],
  ] as const
) {
  Deno.test(`POST /verify refuses ${why}`, async () => {
    const response = await world.send("/verify", {
      body: JSON.stringify(input),
      version: "2024-01-01",
    });

    equal(response.status, 400);
    equal((await response.json()).code, "validation_failed");
  });
}

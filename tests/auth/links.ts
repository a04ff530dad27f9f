/**
 * Links and codes in mails: what they let people do.
 *
 * @module
 */
import { deepStrictEqual, equal, match, notEqual } from "node:assert/strict";
import {
  codeOf,
  countSessions,
  follow,
  land,
  lastMailTo,
  newEmail,
  PASSWORD,
  world,
} from "./world.ts";

Deno.test("an invitation lets somebody in, who then chooses a password", async () => {
  const email = newEmail();
  const client = world.anyone();

  const { data, error } = await world.admin()
    .inviteUserByEmail(email, { data: { team: "red" } });
  const landing = await follow(lastMailTo(email));
  const session = await land(client, landing);
  const changed = await client.auth.updateUser({ password: PASSWORD });

  equal(error, null);
  equal(data.user?.email_confirmed_at, undefined);
  equal(typeof data.user?.invited_at, "string");
  equal(landing.status, 303);
  equal(landing.url.origin, "http://127.0.0.1:3000");
  equal(landing.said["type"], "invite");
  equal(session.user.id, data.user?.id);
  equal(session.user.user_metadata["team"], "red");
  equal(session.user.user_metadata["email_verified"], true);
  const [identity] = session.user.identities ?? [];
  equal(identity?.identity_data?.["email_verified"], true);
  equal(changed.error, null);
  const again = await world.signIn({ email });
  equal(again.id, data.user?.id);
});

Deno.test("inviteUserByEmail() refuses somebody who is there, and asks again who is not", async () => {
  const { email } = await world.signUp();
  const asked = newEmail();
  const first = await world.admin().inviteUserByEmail(asked);
  const old = lastMailTo(asked);

  const refused = await world.admin().inviteUserByEmail(email);
  const second = await world.admin().inviteUserByEmail(asked);

  deepStrictEqual(codeOf(refused.error), [422, "email_exists"]);
  deepStrictEqual(world.mailsTo(email), []);
  equal(second.data.user?.id, first.data.user?.id);
  equal((await follow(old)).said["error_code"], "otp_expired");
  equal((await follow(lastMailTo(asked))).said["type"], "invite");
});

Deno.test("POST /invite is for the service alone", async () => {
  const { session } = await world.signUp();
  const email = newEmail();
  const body = JSON.stringify({ email });

  for (const who of [{}, { bearer: session.access_token }]) {
    const response = await world.send("/invite", { ...who, body });

    equal(response.status, 403);
    equal((await response.json()).error_code, "not_admin");
  }
  deepStrictEqual(world.mailsTo(email), []);
  equal(await countSessions(email), undefined);
});

Deno.test("a recovery link lets somebody choose a new password", async () => {
  const { email } = await world.signUp();
  const client = world.anyone();

  const { error } = await client.auth.resetPasswordForEmail(email, {
    redirectTo: "http://127.0.0.1:3000/zpět?from=a+mail&to=it",
  });
  const landing = await follow(lastMailTo(email));
  await land(client, landing);
  const changed = await client.auth.updateUser({ password: "a new one" });

  equal(error, null);
  const { pathname, search } = landing.url;
  deepStrictEqual([pathname, search], ["/zp%C4%9Bt", "?from=a+mail&to=it"]);
  equal(landing.said["type"], "recovery");
  equal(changed.error, null);
  const credentials = { email, password: "a new one" };
  const signedIn = await world.anyone().auth.signInWithPassword(credentials);
  equal(signedIn.error, null);
});

Deno.test("a recovery link confirms the address as well", async () => {
  const email = newEmail();
  const credentials = { email, password: PASSWORD };
  await world.admin().createUser(credentials);
  const { auth } = world.anyone();
  const early = await auth.signInWithPassword(credentials);

  await auth.resetPasswordForEmail(email);
  await follow(lastMailTo(email));
  const { data, error } = await auth.signInWithPassword(credentials);

  deepStrictEqual(codeOf(early.error), [400, "email_not_confirmed"]);
  equal(error, null);
  equal(data.user?.user_metadata["email_verified"], true);
});

Deno.test("a magic link signs in, and so does its code", async () => {
  const { email, id } = await world.signUp();
  const byLink = world.anyone();
  const byCode = world.anyone();

  await byLink.auth.signInWithOtp({ email });
  const session = await land(byLink, await follow(lastMailTo(email)));
  await byCode.auth.signInWithOtp({ email });
  const { code: token } = lastMailTo(email);
  const { data } = await byCode.auth.verifyOtp({ email, token, type: "email" });

  equal(session.user.id, id);
  equal(data.user?.id, id);
  const { data: claims } = await byLink.auth.getClaims();
  const [proof] = claims?.claims.amr ?? [];
  equal(typeof proof === "object" && proof.method, "otp");
  equal(claims?.claims.aal, "aal1");
});

Deno.test("a page may take the hash from the link and verify it itself", async () => {
  const { email, id } = await world.signUp();
  const client = world.anyone();
  await client.auth.signInWithOtp({ email });
  const link = new URL(lastMailTo(email).link ?? "");
  const hash = link.searchParams.get("token") ?? "";

  const { data, error } = await client.auth
    .verifyOtp({ "token_hash": hash, type: "magiclink" });

  equal(error, null);
  equal(data.session?.user.id, id);
  match(hash, /^[0-9a-f]{56}$/);
});

Deno.test("signInWithOtp() makes a person, unless it is told not to", async () => {
  const unwanted = newEmail();
  const email = newEmail();
  const client = world.anyone();

  const refused = await client.auth.signInWithOtp({
    email: unwanted,
    options: { shouldCreateUser: false },
  });
  await client.auth.signInWithOtp({ email, options: { data: { name: "Bo" } } });
  const session = await land(client, await follow(lastMailTo(email)));

  deepStrictEqual(codeOf(refused.error), [422, "otp_disabled"]);
  deepStrictEqual(world.mailsTo(unwanted), []);
  equal(await countSessions(unwanted), undefined);
  equal(session.user.email, email);
  equal(session.user.user_metadata["name"], "Bo");
});

Deno.test("nobody learns from a mail asked for which addresses are known", async () => {
  const { email } = await world.signUp();

  const answers = [];
  for (const address of [email, newEmail()]) {
    for (const path of ["/recover", "/resend"]) {
      const body = JSON.stringify({ email: address, type: "signup" });
      const response = await world.send(path, { body });
      answers.push([response.status, await response.text()]);
    }
  }

  deepStrictEqual(answers, Array(4).fill([200, "{}"]));
});

Deno.test("where addresses are confirmed, signing up gives no session", async () => {
  await using strict = world.serving({ confirmEmail: true });
  const email = newEmail();
  const client = strict.anyone();
  const credentials = { email, password: PASSWORD };

  const { data } = await client.auth.signUp(credentials);
  const early = await client.auth.signInWithPassword(credentials);
  const landing = await follow(lastMailTo(email, strict));
  const late = await client.auth.signInWithPassword(credentials);

  equal(data.session, null);
  equal(data.user?.email, email);
  equal(lastMailTo(email, strict).kind, "signup");
  deepStrictEqual(codeOf(early.error), [400, "email_not_confirmed"]);
  equal(landing.said["type"], "signup");
  equal(late.error, null);
});

Deno.test("signing up with an address that is taken looks like any other", async () => {
  await using strict = world.serving({ confirmEmail: true });
  const taken = await world.signUp();
  const mails = strict.mailsTo(taken.email).length;
  const credentials = { email: taken.email, password: "somebody else's" };

  const { data, error } = await strict.anyone().auth.signUp(credentials);

  equal(error, null);
  equal(data.session, null);
  notEqual(data.user?.id, taken.id);
  deepStrictEqual(data.user?.identities, []);
  equal(strict.mailsTo(taken.email).length, mails);
  equal((await world.signIn(taken)).id, taken.id);
});

Deno.test("resend() sends the confirmation again, with a new token", async () => {
  await using strict = world.serving({ confirmEmail: true });
  const email = newEmail();
  const { auth } = strict.anyone();
  await auth.signUp({ email, password: PASSWORD });
  const first = lastMailTo(email, strict);

  const { error } = await auth.resend({ type: "signup", email });

  equal(error, null);
  const second = lastMailTo(email, strict);
  notEqual(second.link, first.link);
  equal((await follow(first)).said["error_code"], "otp_expired");
  const { data } = await auth
    .verifyOtp({ email, token: second.code, type: "signup" });
  equal(data.user?.email, email);
});

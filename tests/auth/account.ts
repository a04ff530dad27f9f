/**
 * What people may change about themselves.
 *
 * @module
 */
import { deepStrictEqual, equal, match, notEqual } from "node:assert/strict";
import {
  codeOf,
  follow,
  lastMailTo,
  newEmail,
  PASSWORD,
  world,
} from "./world.ts";

Deno.test("updateUser() merges data, and null removes a key", async () => {
  const { client } = await world.signUp();
  await client.auth.updateUser({ data: { a: 1, b: { c: null } } });

  const { data } = await client.auth.updateUser({ data: { a: null, d: 2 } });

  const { a, b, d, sub } = data.user?.user_metadata ?? {};
  deepStrictEqual([a, b, d, sub], [undefined, { c: null }, 2, data.user?.id]);
});

Deno.test("updateUser() cannot reach app_metadata", async () => {
  const { client, id, session } = await world.signUp();
  const data = { "app_metadata": { role: "admin" }, role: "admin" };

  await client.auth.updateUser({ data });
  const direct = await world.send("/user", {
    method: "PUT",
    bearer: session.access_token,
    body: JSON.stringify(data),
  });

  equal(direct.status, 403);
  equal((await direct.json()).error_code, "not_admin");
  const { data: { user } } = await world.admin().getUserById(id);
  equal(user?.role, "authenticated");
  deepStrictEqual(user?.app_metadata, {
    provider: "email",
    providers: ["email"],
  });
  await client.auth.refreshSession();
  const { data: after } = await client.auth.getClaims();
  equal(after?.claims.role, "authenticated");
  equal(after?.claims.app_metadata?.["role"], undefined);
});

Deno.test("updateUser() with a new password signs the others out", async () => {
  const person = await world.signUp();
  const other = await world.signIn(person);
  const { email, client } = person;

  const same = await client.auth.updateUser({ password: PASSWORD });
  const { error } = await client.auth.updateUser({
    password: "battery staple",
  });

  deepStrictEqual(codeOf(same.error), [422, "same_password"]);
  equal(error, null);
  const { error: out } = await other.client.auth.getUser();
  equal(out?.name, "AuthSessionMissingError");
  equal((await client.auth.getUser()).error, null);
  const old = await world.anyone().auth
    .signInWithPassword({ email, password: PASSWORD });
  deepStrictEqual(codeOf(old.error), [400, "invalid_credentials"]);
  const fresh = await world.anyone().auth
    .signInWithPassword({ email, password: "battery staple" });
  equal(fresh.error, null);
});

Deno.test("updateUser() refuses an address that somebody has", async () => {
  const { client, email } = await world.signUp();
  const taken = await world.signUp();

  const { error } = await client.auth.updateUser({ email: taken.email });

  deepStrictEqual(codeOf(error), [422, "email_exists"]);
  deepStrictEqual(world.mailsTo(taken.email), []);
  const { data } = await client.auth.getUser();
  deepStrictEqual([data.user?.email, data.user?.new_email], [email, undefined]);
});

Deno.test("updateUser() with an address changes it when that has agreed", async () => {
  const { client, email: old } = await world.signUp();
  const email = newEmail();

  const { data: asked } = await client.auth.updateUser({ email });
  const { data: before } = await client.auth.getUser();
  const landing = await follow(lastMailTo(email));
  const { data: after } = await client.auth.getUser();

  equal(asked.user?.new_email, email);
  equal(before.user?.email, old);
  equal(landing.said["type"], "email_change");
  equal(after.user?.email, email);
  equal(after.user?.new_email, undefined);
  const identity = after.user?.identities?.[0];
  equal(identity?.identity_data?.["email"], email);
  equal(identity?.identity_data?.["email_verified"], true);
  // The old address was told, and its token is worth nothing any more.
  const late = await follow(lastMailTo(old));
  equal(late.said["error_code"], "otp_expired");
});

Deno.test("where addresses are confirmed, both agree to a change", async () => {
  await using strict = world.serving({ confirmEmail: true });
  const { email: old, client, id } = await world.signUp();
  const email = newEmail();
  await strict.send("/user", {
    method: "PUT",
    bearer: (await client.auth.getSession()).data.session?.access_token ?? "",
    body: JSON.stringify({ email }),
  }).then((response) => response.body?.cancel());

  const first = await follow(lastMailTo(email, strict));
  const again = await follow(lastMailTo(email, strict));
  const { data: between } = await world.admin().getUserById(id);
  const second = await follow(lastMailTo(old, strict));
  const { data: after } = await world.admin().getUserById(id);

  match(first.said["message"] ?? "", /^Confirmation link accepted/);
  equal(first.said["access_token"], undefined);
  equal(again.said["error_code"], "otp_expired");
  equal(between.user?.email, old);
  equal(second.said["type"], "email_change");
  equal(after.user?.email, email);
});

Deno.test("where the new address is enough, the old one gets no mail", async () => {
  await using strict = world
    .serving({ confirmEmail: true, doubleConfirmChanges: false });
  const { email: old, session } = await world.signUp();
  const email = newEmail();
  const response = await strict.send("/user", {
    method: "PUT",
    bearer: session.access_token,
    body: JSON.stringify({ email }),
  });

  const landing = await follow(lastMailTo(email, strict));

  equal((await response.json()).new_email, email);
  equal(landing.said["type"], "email_change");
  deepStrictEqual(strict.mailsTo(old), []);
});

Deno.test("resend() sends the change of address once more", async () => {
  const { client, email: old } = await world.signUp();
  const email = newEmail();
  await client.auth.updateUser({ email });
  const first = lastMailTo(email);

  await client.auth.resend({ type: "email_change", email: old });

  const second = lastMailTo(email);
  notEqual(second.link, first.link);
  equal((await follow(first)).said["error_code"], "otp_expired");
  equal((await follow(second)).said["type"], "email_change");
});

Deno.test("reauthenticate() mails a code, and no link", async () => {
  const { client, email } = await world.signUp();

  const { error } = await client.auth.reauthenticate();

  equal(error, null);
  const { kind, link, code } = lastMailTo(email);
  deepStrictEqual([kind, link], ["reauthentication", null]);
  match(code, /^\d{6}$/);
});

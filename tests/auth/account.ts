/**
 * What people may change about themselves.
 *
 * @module
 */
import { deepStrictEqual, equal } from "node:assert/strict";
import { codeOf, newEmail, PASSWORD, world } from "./world.ts";

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

Deno.test("updateUser() changes the address at once, if it is free", async () => {
  const { client } = await world.signUp();
  const taken = await world.signUp();
  const email = newEmail();

  const refused = await client.auth.updateUser({ email: taken.email });
  const { data } = await client.auth.updateUser({ email });

  deepStrictEqual(codeOf(refused.error), [422, "email_exists"]);
  equal(data.user?.email, email);
  equal(data.user?.identities?.[0]?.identity_data?.["email"], email);
});

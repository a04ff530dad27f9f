/**
 * What the service may do about people, and nobody else.
 *
 * @module
 */
import { deepStrictEqual, equal, ok } from "node:assert/strict";
import { codeOf, newEmail, PASSWORD, world } from "./world.ts";

Deno.test("admin.createUser() makes people who can sign in once confirmed", async () => {
  const admin = world.admin();
  const email = newEmail();
  const credentials = { email, password: PASSWORD };

  const { data } = await admin.createUser({
    ...credentials,
    "app_metadata": { role: "admin" },
  });
  const early = await world.anyone().auth.signInWithPassword(credentials);
  const again = await admin.createUser(credentials);
  const id = data.user?.id ?? "";
  await admin.updateUserById(id, { "email_confirm": true });
  const { client } = await world.signIn({ ...await world.signUp(), email });

  deepStrictEqual(codeOf(early.error), [400, "email_not_confirmed"]);
  deepStrictEqual(codeOf(again.error), [422, "email_exists"]);
  const { data: signedIn } = await client.auth.getClaims();
  deepStrictEqual(signedIn?.claims.app_metadata, {
    provider: "email",
    providers: ["email"],
    role: "admin",
  });
});

Deno.test("admin.updateUserById() merges metadata, and null removes a key", async () => {
  const { id } = await world.signUp();
  const admin = world.admin();
  await admin.updateUserById(id, {
    "app_metadata": { role: "admin", plan: 1 },
  });

  const { data } = await admin.updateUserById(id, {
    "app_metadata": { role: null },
    "user_metadata": { name: "Ada" },
  });

  deepStrictEqual(data.user?.app_metadata, {
    provider: "email",
    providers: ["email"],
    plan: 1,
  });
  equal(data.user?.user_metadata["name"], "Ada");
});

Deno.test("admin.updateUserById() with a password ends every session", async () => {
  const person = await world.signUp();

  await world.admin().updateUserById(person.id, { password: "another one" });

  deepStrictEqual(await world.sessionsOf(person), []);
});

Deno.test("admin.getUserById() knows whom it does not know", async () => {
  const admin = world.admin();

  const { error } = await admin.getUserById(crypto.randomUUID());
  const response = await world.send("/admin/users/me", {
    method: "GET",
    key: world.keys.secret,
  });

  deepStrictEqual(codeOf(error), [404, "user_not_found"]);
  equal(response.status, 404);
  equal((await response.json()).error_code, "validation_failed");
});

Deno.test("a banned person is refused everywhere, until the ban is lifted", async () => {
  const person = await world.signUp();
  const { email, client, id } = person;
  const credentials = { email, password: PASSWORD };
  const admin = world.admin();

  const ban = await admin.updateUserById(id, { "ban_duration": "24h" });
  const banned = [
    await world.anyone().auth.signInWithPassword(credentials),
    await client.auth.getUser(),
    await client.auth.refreshSession(),
  ].map(({ error }) => codeOf(error));
  await admin.updateUserById(id, { "ban_duration": "none" });
  const { error } = await world.anyone().auth.signInWithPassword(credentials);

  const until = Date.parse(ban.data.user?.banned_until ?? "");
  ok(Math.abs(until - Date.now() - 24 * 3_600_000) < 60_000);
  deepStrictEqual(banned, [
    [400, "user_banned"],
    [403, "user_banned"],
    [400, "user_banned"],
  ]);
  equal(error, null);
  const refreshed = await world.refresh(person.session.refresh_token);
  equal(refreshed.status, 200);
  await refreshed.body?.cancel();
});

Deno.test("admin.updateUserById() refuses days, which Go does not know", async () => {
  const { id } = await world.signUp();

  const { error } = await world.admin()
    .updateUserById(id, { "ban_duration": "1d" });

  deepStrictEqual(codeOf(error), [400, "validation_failed"]);
});

Deno.test("admin.deleteUser() leaves no rows, and no use for the tokens", async () => {
  const person = await world.signUp();

  const { error } = await world.admin().deleteUser(person.id);

  equal(error, null);
  const { error: gone } = await person.client.auth.getUser();
  deepStrictEqual(codeOf(gone), [403, "user_not_found"]);
  const refreshed = await world.refresh(person.session.refresh_token);
  equal((await refreshed.json()).code, "refresh_token_not_found");
  const left = await world.countsOf(person.id);
  deepStrictEqual(left, [0, 0, 0, 0]);
});

Deno.test("admin.deleteUser() softly keeps a row that says nobody", async () => {
  const { id, email, client } = await world.signUp();

  await world.admin().deleteUser(id, true);

  const left = await world.countsOf(id);
  deepStrictEqual(left, [1, 1, 0, 0]);
  const [kept] = await world.rows<{ text: string; email: string }>(
    `select u::text || i::text as text, u.email from auth.users u
       join auth.identities i on i.user_id = u.id where u.id = $1`,
    [id],
  );
  equal(kept?.text.includes(email), false);
  const digest = await crypto.subtle
    .digest("SHA-256", new TextEncoder().encode(id + email));
  equal(
    kept?.email,
    new Uint8Array(digest).toBase64({ alphabet: "base64url" }).slice(0, 43),
  );
  const credentials = { email, password: PASSWORD };
  const back = await client.auth.signInWithPassword(credentials);
  deepStrictEqual(codeOf(back.error), [400, "invalid_credentials"]);
  const anew = await client.auth.signUp(credentials);
  equal(anew.error, null);
});

for (
  const [method, path] of [
    ["POST", ""],
    ["GET", "/:id"],
    ["PUT", "/:id"],
    ["DELETE", "/:id"],
  ] as const
) {
  Deno.test(`${method} /admin/users${path} is for the service alone`, async () => {
    const person = await world.signUp();
    const url = `/admin/users${path.replace(":id", person.id)}`;
    const body = method === "GET"
      ? {}
      : { body: JSON.stringify({ email: newEmail(), role: "service_role" }) };
    const before = await world.admin().getUserById(person.id);

    for (
      const bearer of [undefined, person.session.access_token] as const
    ) {
      const who = bearer === undefined ? {} : { bearer };
      const response = await world.send(url, { method, ...who, ...body });

      equal(response.status, 403);
      equal((await response.json()).error_code, "not_admin");
    }
    const after = await world.admin().getUserById(person.id);
    deepStrictEqual(after.data, before.data);
  });
}

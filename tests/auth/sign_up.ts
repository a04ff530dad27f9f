/**
 * Who may sign up, and what they get.
 *
 * @module
 */
import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { isAuthWeakPasswordError } from "@supabase/supabase-js";
import { codeOf, newEmail, PASSWORD, world } from "./world.ts";

Deno.test("signUp() gives a session, and getUser() the same person", async () => {
  const client = world.anyone();
  const email = newEmail();
  const options = { data: { name: "Ada" } };

  const { data } = await client.auth.signUp({
    email: email.toUpperCase(),
    password: PASSWORD,
    options,
  });
  const { data: { user } } = await client.auth.getUser();

  equal(data.session?.token_type, "bearer");
  equal(data.session?.expires_in, 3600);
  match(data.session?.refresh_token ?? "", /^[0-9A-Za-z]{12}$/);
  equal(user?.id, data.user?.id);
  equal(user?.email, email);
  equal(user?.role, "authenticated");
  ok(user?.email_confirmed_at !== undefined);
  ok(user?.last_sign_in_at !== undefined);
  deepStrictEqual(user?.app_metadata, {
    provider: "email",
    providers: ["email"],
  });
  deepStrictEqual(user?.user_metadata, {
    name: "Ada",
    sub: user?.id,
    email,
    "email_verified": true,
    "phone_verified": false,
  });
  equal(user?.identities?.[0]?.provider, "email");
  equal(user?.identities?.[0]?.id, user?.id);
});

Deno.test("signUp() refuses an address that is taken, in any case", async () => {
  const { email } = await world.signUp();

  const { data, error } = await world.anyone().auth
    .signUp({ email: email.toUpperCase(), password: PASSWORD });

  equal(data.session, null);
  deepStrictEqual(codeOf(error), [422, "user_already_exists"]);
});

Deno.test("signUp() says why a password is weak", async () => {
  const email = newEmail();

  const { error } = await world.anyone().auth
    .signUp({ email, password: "12345" });

  ok(isAuthWeakPasswordError(error));
  equal(error.status, 422);
  deepStrictEqual(error.reasons, ["length"]);
});

Deno.test("config.toml says how long passwords and tokens are", async () => {
  await using strict = world
    .serving({ minPasswordLength: 12, jwtExpiryS: 60 });
  const { auth } = strict.anyone();

  const short = await auth.signUp({
    email: newEmail(),
    password: "elevenchars",
  });
  const { data } = await auth
    .signUp({ email: newEmail(), password: "twelve chars" });

  deepStrictEqual(codeOf(short.error), [422, "weak_password"]);
  equal(short.data.session, null);
  equal(data.session?.expires_in, 60);
  const claims = await world.keys.verify(data.session?.access_token ?? "");
  equal(claims?.exp, (claims?.iat ?? 0) + 60);
});

for (
  const [why, input, expected] of [
    ["no address and no password", {}, [422, "anonymous_provider_disabled"]],
    ["no password", { email: "a@b.example" }, [400, "validation_failed"]],
    [
      "a password past bcrypt's 72 bytes",
      { email: "a@b.example", password: "x".repeat(73) },
      [400, "validation_failed"],
    ],
    [
      "an address without a domain",
      { email: "a@", password: PASSWORD },
      [400, "validation_failed"],
    ],
    [
      "two addresses",
      { email: "a@b.example,c@d.example", password: PASSWORD },
      [400, "validation_failed"],
    ],
    ["a number", { email: 1, password: PASSWORD }, [400, "bad_json"]],
  ] as const
) {
  Deno.test(`POST /signup refuses ${why}`, async () => {
    const response = await world.send("/signup", {
      body: JSON.stringify(input),
      version: "2024-01-01",
    });

    const { code } = await response.json();
    deepStrictEqual([response.status, code], expected);
  });
}

Deno.test("POST /signup leaves nothing behind when a trigger fails", async () => {
  const email = newEmail();
  await world.database.asOwner((sql) =>
    sql.run(`
      create function public.refuse() returns trigger language plpgsql
        as $$ begin raise exception 'no profile'; end $$;
      create trigger refuse after insert on auth.users
        for each row execute function public.refuse();
    `)
  );
  const reported = world.failures.length;

  const { error } = await world.anyone().auth
    .signUp({ email, password: PASSWORD });

  await world.database.asOwner((sql) =>
    sql.run("drop function public.refuse cascade")
  );
  equal(error?.status, 500);
  equal(error?.message, "Database error saving new user");
  equal(world.failures.length, reported + 1);
  match(String(world.failures.at(-1)), /no profile/);
  const { error: retried } = await world.anyone().auth
    .signUp({ email, password: PASSWORD });
  equal(retried, null);
});

/**
 * What the service may say of somebody beside an address: numbers, hashes, an
 * audience.
 *
 * @module
 */
import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import type { User } from "@supabase/supabase-js";
import { codeOf, newEmail, PASSWORD, world } from "./world.ts";

/** A number that nobody has. */
function newPhone(): string {
  return `49${crypto.getRandomValues(new Uint32Array(1))[0]}`;
}

/** Whoever was made or changed, without whom a test has nothing to say. */
function only({ user }: { readonly user: User | null }): User {
  ok(user !== null);
  return user;
}

/** The identity of this provider, as clients see it. */
function said(
  { identities = [] }: User,
  provider: string,
): Record<string, unknown> | undefined {
  return identities.find((it) => it.provider === provider)?.identity_data;
}

async function countPeople(): Promise<number> {
  const [row] = await world.rows<{ count: number }>(
    "select count(*)::int as count from auth.users",
  );
  return row?.count ?? 0;
}

Deno.test("admin.createUser() makes somebody with a number alone", async () => {
  const phone = newPhone();

  const { data } = await world.admin().createUser({ phone: `+${phone}` });

  const user = only(data);
  equal(user.phone, phone);
  equal(user.email, "");
  equal(user.is_anonymous, false);
  equal(user.phone_confirmed_at, undefined);
  equal(user.confirmed_at, undefined);
  deepStrictEqual(user.app_metadata, {
    provider: "phone",
    providers: ["phone"],
  });
  deepStrictEqual(said(user, "phone"), {
    sub: user.id,
    phone,
    "email_verified": false,
    "phone_verified": false,
  });
});

Deno.test("admin.createUser() confirms the address, the number, or both", async () => {
  const admin = world.admin();
  const make = async (confirm: Record<string, boolean>) => {
    const who = { email: newEmail(), phone: newPhone() };
    return only((await admin.createUser({ ...who, ...confirm })).data);
  };

  const neither = await make({});
  const phone = await make({ "phone_confirm": true });
  const both = await make({ "email_confirm": true, "phone_confirm": true });

  const confirmed = [neither, phone, both].map((it) => [
    it.email_confirmed_at !== undefined,
    it.phone_confirmed_at !== undefined,
  ]);
  deepStrictEqual(confirmed, [[false, false], [false, true], [true, true]]);
  deepStrictEqual(both.app_metadata, {
    provider: "email",
    providers: ["email", "phone"],
  });
  deepStrictEqual(both.identities?.map((it) => it.provider).sort(), [
    "email",
    "phone",
  ]);
});

Deno.test("admin.createUser() refuses a number that somebody has", async () => {
  const admin = world.admin();
  const phone = newPhone();
  await admin.createUser({ phone });
  const before = await countPeople();

  const { error } = await admin
    .createUser({ email: newEmail(), phone: `+${phone.replace("49", "49 ")}` });

  deepStrictEqual(codeOf(error), [422, "phone_exists"]);
  equal(error?.message, "Phone number already registered by another user");
  equal(await countPeople(), before);
});

for (const phone of ["0301234567", "1", "1234567890123456", "+49-30-1234"]) {
  Deno.test(`the admin API refuses the number ${phone}`, async () => {
    const admin = world.admin();
    const { id } = await world.signUp();
    const before = await countPeople();

    const made = await admin.createUser({ phone });
    const changed = await admin.updateUserById(id, { phone });

    for (const { error } of [made, changed]) {
      deepStrictEqual(codeOf(error), [400, "validation_failed"]);
      equal(error?.message, "Invalid phone number format (E.164 required)");
    }
    equal(await countPeople(), before);
    const { data } = await admin.getUserById(id);
    equal(data.user?.phone, "");
  });
}

Deno.test("admin.updateUserById() gives a number, and then another", async () => {
  const { id } = await world.signUp();
  const admin = world.admin();
  const [first, second] = [newPhone(), newPhone()];

  const given = only(
    (await admin.updateUserById(id, { phone: first, "phone_confirm": true }))
      .data,
  );
  const changed = only(
    (await admin.updateUserById(id, { phone: second })).data,
  );

  equal(given.phone, first);
  ok(given.phone_confirmed_at !== undefined);
  equal(said(given, "phone")?.["phone_verified"], true);
  equal(changed.phone, second);
  equal(said(changed, "phone")?.["phone"], second);
  equal(said(changed, "phone")?.["phone_verified"], false);
  equal(changed.identities?.length, 2);
});

Deno.test("admin.updateUserById() leaves whom it cannot change as they were", async () => {
  const admin = world.admin();
  const other = await world.signUp();
  const phone = newPhone();
  await admin.createUser({ phone });
  const { id, email } = await world.signUp();
  const before = await admin.getUserById(id);

  for (const taken of [{ phone }, { email: other.email }]) {
    const response = await world.send(`/admin/users/${id}`, {
      method: "PUT",
      key: world.keys.secret,
      body: JSON.stringify({ ...taken, role: "nobody" }),
    });

    // The server looks for neither beforehand, and fails.
    equal(response.status, 500);
    const { error_code: code, msg } = await response.json();
    deepStrictEqual([code, msg], ["unexpected_failure", "Error updating user"]);
  }
  const after = await admin.getUserById(id);
  deepStrictEqual(after.data, before.data);
  equal(after.data.user?.email, email);
});

Deno.test("a new address makes what was mailed to the old one worthless", async () => {
  const { id, email } = await world.signUp();
  const admin = world.admin();
  const { data } = await admin.generateLink({ type: "recovery", email });

  await admin.updateUserById(id, { email: newEmail() });
  const { error } = await world.anyone().auth.verifyOtp({
    "token_hash": data.properties?.hashed_token ?? "",
    type: "recovery",
  });

  deepStrictEqual(codeOf(error), [403, "otp_expired"]);
});

Deno.test("somebody anonymous is not, once the service confirms how to reach them", async () => {
  await using server = world.serving({ anonymousSignIns: true });
  const admin = world.admin();
  const anonymous = async () => {
    const { data } = await server.anyone().auth.signInAnonymously();
    return only(data).id;
  };
  const [one, two, three] = [
    await anonymous(),
    await anonymous(),
    await anonymous(),
  ];

  const byEmail = await admin
    .updateUserById(one, { email: newEmail(), "email_confirm": true });
  const byPhone = await admin
    .updateUserById(two, { phone: newPhone(), "phone_confirm": true });
  const unconfirmed = await admin.updateUserById(three, { phone: newPhone() });

  deepStrictEqual(
    [byEmail, byPhone, unconfirmed].map(({ data }) => only(data).is_anonymous),
    [false, false, true],
  );
});

/** "U*U", from the test vectors of Openwall's crypt_blowfish. */
const U_U = "05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

for (const version of ["$2a$", "$2b$", "$2y$"]) {
  Deno.test(`somebody brought with a ${version} hash signs in with their password`, async () => {
    const email = newEmail();

    const { error } = await world.admin().createUser({
      email,
      "password_hash": version + U_U,
      "email_confirm": true,
    });
    const { auth } = world.anyone();
    const right = await auth.signInWithPassword({ email, password: "U*U" });
    const wrong = await auth.signInWithPassword({ email, password: "U*U*" });

    equal(error, null);
    equal(right.error, null);
    deepStrictEqual(codeOf(wrong.error), [400, "invalid_credentials"]);
  });
}

/** Well made, of "password"; nothing here can tell. */
const FOREIGN = [
  "$argon2id$v=19$m=16,t=2,p=1$UlVoZmp1MnNuZzBqV3ZaRg$P5gqVgY9dHCYxSpOGFPqfQ",
  "$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=ou9tdYTGyYm8kuR6Dt0Bp0kDuAYoXrK16mbZO4yGwAn3oLspjnN0$42xEC+ixf3L2lw==$lSrfV15cpx95",
];

for (const hash of FOREIGN) {
  const [, kind] = hash.split("$");
  Deno.test(`somebody may be brought with a hash of ${kind}, and waits for a password`, async () => {
    const email = newEmail();

    const { data, error } = await world.admin().createUser({
      email,
      "password_hash": hash,
      "email_confirm": true,
    });
    const { error: refused } = await world.anyone().auth
      .signInWithPassword({ email, password: "password" });

    equal(error, null);
    const [row] = await world.rows<{ kept: string }>(
      "select encrypted_password as kept from auth.users where id = $1",
      [only(data).id],
    );
    equal(row?.kept, hash);
    deepStrictEqual(codeOf(refused), [400, "invalid_credentials"]);
  });
}

for (
  const [why, hash] of [
    ["a password", PASSWORD],
    ["a hash cut short", `$2a$${U_U}`.slice(0, 58)],
    ["a cost past bcrypt's", `$2a$${U_U.replace("05", "32")}`],
    ["a hash of MD5", `$1$${"x".repeat(60)}`],
    ["argon2d", "$argon2d$v=19$m=16,t=2,p=1$UlVoZmp1$P5gqVgY9dHCYxSpO"],
    ["argon2 of another version", FOREIGN[0]?.replace("v=19", "v=16")],
    ["scrypt of another version", FOREIGN[1]?.replace("v=1", "v=2")],
  ] as const
) {
  Deno.test(`admin.createUser() refuses ${why} for a hash`, async () => {
    const before = await countPeople();

    const response = await world.send("/admin/users", {
      key: world.keys.secret,
      body: JSON.stringify({ email: newEmail(), "password_hash": hash }),
    });

    equal(response.status, 500);
    const { error_code: code, msg } = await response.json();
    deepStrictEqual([code, msg], ["unexpected_failure", "Error creating user"]);
    equal(await countPeople(), before);
  });
}

Deno.test("admin.createUser() refuses a password and a hash at once", async () => {
  const before = await countPeople();

  const { error } = await world.admin().createUser({
    email: newEmail(),
    password: PASSWORD,
    "password_hash": `$2a$${U_U}`,
  });

  deepStrictEqual(codeOf(error), [400, "validation_failed"]);
  equal(
    error?.message,
    "Only a password or a password hash should be provided",
  );
  equal(await countPeople(), before);
});

Deno.test("admin.updateUserById() ignores a hash and an audience", async () => {
  const person = await world.signUp();

  const { data, error } = await world.admin().updateUserById(person.id, {
    "password_hash": `$2a$${U_U}`,
    ...{ aud: "elsewhere" },
  });
  const again = await world.signIn(person);

  equal(error, null);
  equal(data.user?.aud, "authenticated");
  equal(again.id, person.id);
});

Deno.test("somebody made for another audience does not sign in here", async () => {
  const email = newEmail();
  const credentials = { email, password: PASSWORD };
  const admin = world.admin();
  const body = { ...credentials, "email_confirm": true, aud: "elsewhere" };

  const made = await world.send("/admin/users", {
    key: world.keys.secret,
    body: JSON.stringify(body),
  });
  const { id, aud } = await made.json();
  const { error } = await world.anyone().auth.signInWithPassword(credentials);
  const { data } = await admin.listUsers({ perPage: 1 });
  const found = await admin.getUserById(id);

  equal(made.status, 200);
  equal(aud, "elsewhere");
  deepStrictEqual(codeOf(error), [400, "invalid_credentials"]);
  equal(data.users.some((it) => it.id === id), false);
  equal(found.data.user?.email, email);
});

for (
  const [why, id] of [
    ["no UUID", "me"],
    ["the nil UUID", "00000000-0000-0000-0000-000000000000"],
  ] as const
) {
  Deno.test(`admin.createUser() refuses ${why} for an id`, async () => {
    const { error } = await world.admin().createUser({ email: newEmail(), id });

    deepStrictEqual(codeOf(error), [400, "validation_failed"]);
    match(error?.message ?? "", /^ID /);
  });
}

Deno.test("admin.createUser() removes a key that app_metadata says is null", async () => {
  const { data } = await world.admin().createUser({
    email: newEmail(),
    "app_metadata": { provider: null, role: "admin" },
  });

  deepStrictEqual(data.user?.app_metadata, {
    providers: ["email"],
    role: "admin",
  });
});

Deno.test("admin.createUser() refuses neither an address nor a number", async () => {
  const before = await countPeople();

  const { error } = await world.admin().createUser({ password: PASSWORD });

  deepStrictEqual(codeOf(error), [400, "validation_failed"]);
  equal(await countPeople(), before);
});

Deno.test("admin.signOut() takes the person's token, and not the service's", async () => {
  const person = await world.signUp();
  const admin = world.admin();

  const { error: refused } = await admin.signOut(world.keys.secret);
  const before = await world.sessionsOf(person);
  const { error } = await admin
    .signOut(person.session.access_token, "global");

  ok(refused !== null);
  equal(before.length, 1);
  equal(error, null);
  deepStrictEqual(await world.sessionsOf(person), []);
});

/**
 * Second factors: what makes a session one of level 2, and who sees it.
 *
 * @module
 */
import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { aal2, user } from "../../supabase/functions/_shared/auth.ts";
import { testConfig } from "../../supabase/functions/_shared/testing/config.ts";
import { enrolled, shown, verified } from "./authenticator.ts";
import { codeOf, type Person, sessionIdOf, world } from "./world.ts";

async function tokenOf({ client }: Pick<Person, "client">): Promise<string> {
  const { data } = await client.auth.getSession();
  return data.session?.access_token ?? "";
}

Deno.test("enroll() gives a secret, its address and a picture of it", async () => {
  const { client, email } = await world.signUp();

  const { data } = await client.auth.mfa
    .enroll({ factorType: "totp", friendlyName: "phone", issuer: "Portico" });

  const { secret = "", uri = "", qr_code: picture = "" } = data?.totp ?? {};
  match(secret, /^[A-Z2-7]{32}$/);
  const url = new URL(uri);
  equal(
    decodeURIComponent(url.href.split("?")[0] ?? ""),
    `otpauth://totp/Portico:${email}`,
  );
  equal(url.searchParams.get("secret"), secret);
  equal(url.searchParams.get("issuer"), "Portico");
  match(picture, /^data:image\/svg\+xml;utf-8,<svg [^>]*>.*<\/svg>$/s);
  const { data: { user: shownUser } } = await client.auth.getUser();
  const [factor] = shownUser?.factors ?? [];
  deepStrictEqual([factor?.status, factor?.friendly_name], [
    "unverified",
    "phone",
  ]);
  equal(JSON.stringify(shownUser).includes(secret), false);
});

Deno.test("a code makes the session aal2, for functions and for Postgres", async () => {
  const person = await enrolled();
  const { client, factorId, secret } = person;
  const config = testConfig(world.url);
  const gate = aal2(user);
  const knock = async () => {
    const authorization = `Bearer ${await tokenOf(person)}`;
    const request = new Request(world.url, { headers: { authorization } });
    return await gate({ request, body: new Uint8Array() }, config);
  };
  const before = await knock().catch((error) => error.title);

  const { data: challenge } = await client.auth.mfa.challenge({ factorId });
  const { data, error } = await client.auth.mfa.verify({
    factorId,
    challengeId: challenge?.id ?? "",
    code: await shown(secret),
  });

  equal(before, "Second factor needed");
  equal(error, null);
  equal(challenge?.type, "totp");
  ok(Math.abs((challenge?.expires_at ?? 0) - Date.now() / 1000 - 300) < 5);
  const after = await knock();
  equal(after?.id, person.id);
  const claims = await world.keys.verify(data?.access_token ?? "");
  equal(claims?.["aal"], "aal2");
  const [row] = await world.database.as(
    { ...claims, role: "authenticated" },
    (sql) => sql.query<{ aal: string }>("select auth.jwt() ->> 'aal' as aal"),
  );
  equal(row?.aal, "aal2");
  const { data: level } = await client.auth.mfa
    .getAuthenticatorAssuranceLevel();
  deepStrictEqual([level?.currentLevel, level?.nextLevel], ["aal2", "aal2"]);
  const methods = level?.currentAuthenticationMethods.map((it) =>
    typeof it === "string" ? it : it.method
  );
  deepStrictEqual(methods, ["totp", "password"]);
});

Deno.test("a refresh keeps aal2, and the token from before brings nobody there", async () => {
  const person = await verified();
  const { client, session } = person;

  const { data } = await client.auth.refreshSession();
  const { data: claims } = await client.auth.getClaims();
  const thief = await world.refresh(session.refresh_token);

  equal(data.session?.user.id, person.id);
  equal(claims?.claims.aal, "aal2");
  equal(thief.status, 400);
  equal((await thief.json()).code, "refresh_token_already_used");
});

Deno.test("a verified factor ends the sessions that have not shown it", async () => {
  const person = await enrolled();
  const other = await world.signIn(person);
  const { client, factorId, secret } = person;

  await client.auth.mfa
    .challengeAndVerify({ factorId, code: await shown(secret) });

  deepStrictEqual(await world.sessionsOf(person), [await sessionIdOf(person)]);
  const { error } = await other.client.auth.getUser();
  equal(error?.name, "AuthSessionMissingError");
});

Deno.test("enroll() begins again after five minutes without a challenge", async () => {
  const { client, id, factorId } = await enrolled();
  await world.rows(
    `update auth.mfa_factors
       set created_at = now() - interval '301 seconds' where user_id = $1`,
    [id],
  );

  const { data, error } = await client.auth.mfa
    .enroll({ factorType: "totp", friendlyName: "phone" });

  equal(error, null);
  ok(data?.id !== factorId);
});

Deno.test("unenroll() takes the factor and the level that came from it", async () => {
  const person = await verified();
  const { client, factorId } = person;

  const { data, error } = await client.auth.mfa.unenroll({ factorId });
  await client.auth.refreshSession();

  equal(error, null);
  equal(data?.id, factorId);
  const { data: claims } = await client.auth.getClaims();
  equal(claims?.claims.aal, "aal1");
  const methods = claims?.claims.amr?.map((it) =>
    typeof it === "string" ? it : it.method
  );
  deepStrictEqual(methods, ["password"]);
  const { data: factors } = await client.auth.mfa.listFactors();
  deepStrictEqual(factors?.all, []);
});

Deno.test("a softly deleted person has no factors and no tokens left", async () => {
  const { id: userId, email } = await verified();
  await world.anyone().auth.resetPasswordForEmail(email);

  await world.admin().deleteUser(userId, true);

  const { data } = await world.admin().mfa.listFactors({ userId });
  deepStrictEqual(data?.factors, []);
  const tokens = await world.rows(
    "select from auth.one_time_tokens where user_id = $1",
    [userId],
  );
  deepStrictEqual(tokens, []);
});

Deno.test("the service lists factors without their secrets, and removes them", async () => {
  const { id: userId, factorId: id, secret } = await verified();
  const { mfa } = world.admin();

  const listed = await mfa.listFactors({ userId });
  const removed = await mfa.deleteFactor({ userId, id });
  const again = await mfa.deleteFactor({ userId, id });

  const [factor] = listed.data?.factors ?? [];
  deepStrictEqual([factor?.id, factor?.status], [id, "verified"]);
  equal(JSON.stringify(listed.data).includes(secret), false);
  equal(removed.error, null);
  deepStrictEqual(codeOf(again.error), [404, "mfa_factor_not_found"]);
  const left = await mfa.listFactors({ userId });
  deepStrictEqual(left.data?.factors, []);
});

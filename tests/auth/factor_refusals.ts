/**
 * Second factors: what does not count as one, and changes nothing.
 *
 * @module
 */
import { deepStrictEqual, equal } from "node:assert/strict";
import { enrolled, shown, stateOf, verified } from "./authenticator.ts";
import { codeOf, world } from "./world.ts";

Deno.test("a code that is older or younger than a period is refused", async () => {
  const { client, factorId, secret } = await enrolled();

  const outcomes = [];
  for (const later of [-3, 3]) {
    const code = await shown(secret, later);
    const { error } = await client.auth.mfa
      .challengeAndVerify({ factorId, code });
    outcomes.push(error?.code);
  }

  deepStrictEqual(outcomes, Array(2).fill("mfa_verification_failed"));
  const { data } = await client.auth.getClaims();
  equal(data?.claims.aal, "aal1");
});

Deno.test("a wrong code changes nothing", async () => {
  const person = await enrolled();
  const { client, factorId, secret } = person;
  const { data } = await client.auth.mfa.challenge({ factorId });
  const before = await stateOf(person);
  const right = await shown(secret);
  const code = right.replace(/.$/, (it) => it === "0" ? "1" : "0");

  const { error } = await client.auth.mfa
    .verify({ factorId, challengeId: data?.id ?? "", code });

  deepStrictEqual(codeOf(error), [422, "mfa_verification_failed"]);
  deepStrictEqual(await stateOf(person), before);
});

Deno.test("a challenge is answered once", async () => {
  const person = await enrolled();
  const { client, factorId, secret } = person;
  const code = await shown(secret);
  const { data } = await client.auth.mfa.challenge({ factorId });
  const answer = { factorId, challengeId: data?.id ?? "", code };
  await client.auth.mfa.verify(answer);
  const before = await stateOf(person);

  const { error } = await client.auth.mfa.verify(answer);

  deepStrictEqual(codeOf(error), [422, "mfa_ip_address_mismatch"]);
  deepStrictEqual(await stateOf(person), before);
});

Deno.test("a challenge is answered within five minutes", async () => {
  const person = await enrolled();
  const { client, factorId, secret } = person;
  const { data } = await client.auth.mfa.challenge({ factorId });
  await world.rows(
    `update auth.mfa_challenges
       set created_at = now() - interval '301 seconds' where id = $1`,
    [data?.id],
  );
  const before = await stateOf(person);

  const { error } = await client.auth.mfa.verify({
    factorId,
    challengeId: data?.id ?? "",
    code: await shown(secret),
  });

  deepStrictEqual(codeOf(error), [422, "mfa_challenge_expired"]);
  deepStrictEqual(await stateOf(person), before);
});

Deno.test("somebody else's factor is as good as none", async () => {
  const owner = await enrolled();
  const other = await enrolled();
  const { data } = await owner.client.auth.mfa
    .challenge({ factorId: owner.factorId });
  const before = [await stateOf(owner), await stateOf(other)];
  const { mfa } = other.client.auth;

  const refused = [
    await mfa.challenge({ factorId: owner.factorId }),
    await mfa.verify({
      factorId: owner.factorId,
      challengeId: data?.id ?? "",
      code: await shown(owner.secret),
    }),
    await mfa.unenroll({ factorId: owner.factorId }),
    await mfa.unenroll({ factorId: crypto.randomUUID() }),
  ].map(({ error }) => codeOf(error));
  // Their own factor, with the other's challenge.
  const mixed = await mfa.verify({
    factorId: other.factorId,
    challengeId: data?.id ?? "",
    code: await shown(other.secret),
  });

  deepStrictEqual(refused, Array(4).fill([404, "mfa_factor_not_found"]));
  deepStrictEqual(codeOf(mixed.error), [422, "mfa_factor_not_found"]);
  deepStrictEqual([await stateOf(owner), await stateOf(other)], before);
});

Deno.test("enroll() refuses a name that is taken", async () => {
  const person = await enrolled();
  const before = await stateOf(person);

  const { error } = await person.client.auth.mfa
    .enroll({ factorType: "totp", friendlyName: "phone" });

  deepStrictEqual(codeOf(error), [422, "mfa_factor_name_conflict"]);
  deepStrictEqual(await stateOf(person), before);
});

Deno.test("a password alone does not touch second factors, or itself", async () => {
  const person = await verified();
  const second = await world.signIn(person);
  const before = await stateOf(person);
  const { auth } = second.client;

  const refused = [
    await auth.mfa.enroll({ factorType: "totp", friendlyName: "other" }),
    await auth.mfa.unenroll({ factorId: person.factorId }),
    await auth.updateUser({ password: "another one" }),
    await auth.updateUser({ email: "other@example.com" }),
  ].map(({ error }) => codeOf(error));

  deepStrictEqual(refused, [
    [403, "insufficient_aal"],
    [422, "insufficient_aal"],
    [401, "insufficient_aal"],
    [401, "insufficient_aal"],
  ]);
  deepStrictEqual(await stateOf(person), before);
  const { client } = await world.signIn(person);
  equal((await client.auth.getUser()).error, null);
});

Deno.test("the factors of others are for the service alone", async () => {
  const owner = await enrolled();
  const before = await stateOf(owner);
  const bearer = owner.session.access_token;
  const path = `/admin/users/${owner.id}/factors`;

  const answers = [
    await world.send(path, { method: "GET", bearer }),
    await world.send(`${path}/${owner.factorId}`, { method: "DELETE", bearer }),
  ];

  for (const answer of answers) {
    equal(answer.status, 403);
    equal((await answer.json()).error_code, "not_admin");
  }
  deepStrictEqual(await stateOf(owner), before);
});

for (
  const [type, code] of [
    ["phone", "mfa_phone_enroll_not_enabled"],
    ["webauthn", "mfa_webauthn_enroll_not_enabled"],
    ["fingerprint", "validation_failed"],
  ] as const
) {
  Deno.test(`POST /factors refuses ${type}`, async () => {
    const person = await world.signUp();

    const response = await world.send("/factors", {
      bearer: person.session.access_token,
      body: JSON.stringify({ "factor_type": type, phone: "+4912345678" }),
    });

    equal((await response.json()).error_code, code);
    const { data } = await person.client.auth.mfa.listFactors();
    deepStrictEqual(data?.all, []);
  });
}

/**
 * What the service does about second factors and passkeys, and what is refused
 * as where it is switched off.
 *
 * @module
 */
import { deepStrictEqual, equal, ok } from "node:assert/strict";
import { enrolled, stateOf, verified } from "./authenticator.ts";
import { codeOf, world } from "./world.ts";

function put(path: string, body: unknown, bearer?: string): Promise<Response> {
  return world.send(path, {
    method: "PUT",
    body: JSON.stringify(body),
    ...(bearer === undefined ? { key: world.keys.secret } : { bearer }),
  });
}

Deno.test("PUT /admin/users/:id/factors/:id gives a factor another name", async () => {
  const { id, factorId } = await enrolled();
  const path = `/admin/users/${id}/factors/${factorId}`;

  const named = await put(path, { "friendly_name": "tablet", phone: "123" });
  const unchanged = await put(path, { "friendly_name": "" });

  equal(named.status, 200);
  const factor = await named.json();
  deepStrictEqual([factor.id, factor.friendly_name, factor.phone], [
    factorId,
    "tablet",
    "",
  ]);
  equal("secret" in factor, false);
  ok(Date.parse(factor.updated_at) > Date.parse(factor.created_at));
  deepStrictEqual(await unchanged.json(), factor);
});

Deno.test("PUT /admin/users/:id/factors/:id gives a phone another number", async () => {
  const { id } = await world.signUp();
  const factorId = crypto.randomUUID();
  await world.rows(
    `insert into auth.mfa_factors
       (id, user_id, factor_type, status, phone, created_at, updated_at)
     values ($1, $2, 'phone', 'verified', '4930123', now(), now())`,
    [factorId, id],
  );
  const path = `/admin/users/${id}/factors/${factorId}`;

  const changed = await put(path, { phone: "+49 30 456" });
  const refused = await put(path, { phone: "none", "friendly_name": "x" });

  equal((await changed.json()).phone, "4930456");
  equal(refused.status, 400);
  equal((await refused.json()).error_code, "validation_failed");
  const { data } = await world.admin().mfa.listFactors({ userId: id });
  const [factor] = data?.factors ?? [];
  deepStrictEqual([factor?.friendly_name, factor && "phone" in factor], [
    undefined,
    true,
  ]);
});

Deno.test("PUT /admin/users/:id/factors/:id fails where a name is taken", async () => {
  const { id, client, factorId } = await enrolled();
  await client.auth.mfa.enroll({ factorType: "totp", friendlyName: "tablet" });
  const before = await stateOf({ id });

  const response = await put(`/admin/users/${id}/factors/${factorId}`, {
    "friendly_name": "tablet",
  });

  // The server does not look first, and fails.
  equal(response.status, 500);
  equal((await response.json()).error_code, "unexpected_failure");
  deepStrictEqual(await stateOf({ id }), before);
});

Deno.test("a factor is found by its own UUID and its owner's", async () => {
  const owner = await enrolled();
  const other = await world.signUp();
  const body = { "friendly_name": "mine" };
  const before = await stateOf(owner);

  const noUuid = await put(`/admin/users/${owner.id}/factors/one`, body);
  const notTheirs = await put(
    `/admin/users/${other.id}/factors/${owner.factorId}`,
    body,
  );
  const nobody = await put(
    `/admin/users/${crypto.randomUUID()}/factors/${owner.factorId}`,
    body,
  );

  const codes = [];
  for (const response of [noUuid, notTheirs, nobody]) {
    codes.push([response.status, (await response.json()).error_code]);
  }
  deepStrictEqual(codes, [
    [404, "validation_failed"],
    [404, "mfa_factor_not_found"],
    [404, "user_not_found"],
  ]);
  deepStrictEqual(await stateOf(owner), before);
});

Deno.test("a factor that the service removes takes its level with it", async () => {
  const { id: userId, factorId: id, client } = await verified();

  const { error } = await world.admin().mfa.deleteFactor({ userId, id });
  await client.auth.refreshSession();

  equal(error, null);
  const { data } = await client.auth.getClaims();
  equal(data?.claims.aal, "aal1");
  const methods = data?.claims.amr?.map((it) =>
    typeof it === "string" ? it : it.method
  );
  deepStrictEqual(methods, ["password"]);
});

Deno.test("nobody has a passkey, so there is none to remove", async () => {
  const { id: userId } = await world.signUp();
  const { passkey } = world.admin();

  const listed = await passkey.listPasskeys({ userId });
  const removed = await passkey
    .deletePasskey({ userId, passkeyId: crypto.randomUUID() });
  const nobody = await passkey.listPasskeys({ userId: crypto.randomUUID() });

  deepStrictEqual(listed.data, []);
  deepStrictEqual(codeOf(removed.error), [404, "validation_failed"]);
  equal(removed.error?.message, "Passkey not found");
  deepStrictEqual(codeOf(nobody.error), [404, "user_not_found"]);
});

Deno.test("providers of a project's own are switched off", async () => {
  const { customProviders } = world.admin();

  const listed = await customProviders.listProviders();
  const read = await customProviders.getProvider("custom:one");

  for (const { error } of [listed, read]) {
    deepStrictEqual(codeOf(error), [404, "feature_disabled"]);
  }
});

for (
  const [method, path] of [
    ["PUT", "/admin/users/:id/factors/:factor"],
    ["DELETE", "/admin/users/:id/factors/:factor"],
    ["GET", "/admin/users/:id/passkeys"],
    ["DELETE", "/admin/users/:id/passkeys/:factor"],
    ["GET", "/admin/custom-providers"],
  ] as const
) {
  Deno.test(`${method} ${path} is for the service alone`, async () => {
    const { id, factorId, session } = await enrolled();
    const before = await stateOf({ id });
    const body = method === "GET"
      ? {}
      : { body: JSON.stringify({ "friendly_name": "theirs" }) };

    for (const who of [{}, { bearer: session.access_token }]) {
      const response = await world.send(
        path.replace(":id", id).replace(":factor", factorId),
        { method, ...who, ...body },
      );

      equal(response.status, 403);
      equal((await response.json()).error_code, "not_admin");
    }
    deepStrictEqual(await stateOf({ id }), before);
  });
}

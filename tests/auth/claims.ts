/**
 * What a token says, and who believes it. auth-js and jose verify the tokens.
 *
 * @module
 */
import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { createRemoteJWKSet, jwtVerify } from "jose";
import * as v from "valibot";
import { sessionIdOf, world } from "./world.ts";

Deno.test("getClaims() verifies a token by the served keys alone", async () => {
  const { client, id } = await world.signUp();
  const before = world.requests.length;

  const { data, error } = await client.auth.getClaims();

  equal(error, null);
  equal(data?.claims.sub, id);
  equal(data?.header.alg, "ES256");
  const since = world.requests.slice(before);
  equal(since.includes("GET /auth/v1/user"), false);
});

Deno.test("getClaims() refuses a token whose payload was changed", async () => {
  const { client, session } = await world.signUp();
  const [header = "", payload = "", signature = ""] = session.access_token
    .split(".");
  const claims = JSON.parse(
    atob(payload.replaceAll("-", "+").replaceAll("_", "/")),
  );
  const forged = btoa(JSON.stringify({ ...claims, role: "service_role" }))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

  const { data, error } = await client.auth
    .getClaims(`${header}.${forged}.${signature}`);

  equal(data, null);
  equal(error?.code, "invalid_jwt");
});

const AMR = v.tuple([
  v.strictObject({ method: v.string(), timestamp: v.number() }),
]);

Deno.test("an access token says what the platform's says", async () => {
  const { id, email, session } = await world.signUp();
  const issuer = `${world.url}/auth/v1`;
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));

  const { payload, protectedHeader } = await jwtVerify(
    session.access_token,
    keys,
    { issuer, audience: "authenticated", algorithms: ["ES256"] },
  );

  equal(protectedHeader.kid, world.keys.jwks.keys[0]?.kid);
  const { iat = 0, exp, amr, session_id: sessionId, ...rest } = payload;
  equal(exp, iat + 3600);
  equal(session.expires_at, exp);
  match(String(sessionId), /^[0-9a-f-]{36}$/);
  deepStrictEqual(rest, {
    aud: "authenticated",
    iss: issuer,
    sub: id,
    email,
    phone: "",
    "app_metadata": { provider: "email", providers: ["email"] },
    "user_metadata": session.user.user_metadata,
    role: "authenticated",
    aal: "aal1",
    "is_anonymous": false,
  });
  const [proof] = v.parse(AMR, amr);
  equal(proof.method, "password");
  ok(proof.timestamp <= iat && proof.timestamp > iat - 60);
});

Deno.test("aal and amr of a token come from the session's rows", async () => {
  const person = await world.signUp();
  const sessionId = await sessionIdOf(person);
  await world.database.asOwner(async (sql) => {
    await sql.query(
      "update auth.sessions set aal = 'aal2' where id = $1",
      [sessionId],
    );
    await sql.query(
      `insert into auth.mfa_amr_claims values
         ($1, now(), now() + interval '1 minute', 'totp', gen_random_uuid())`,
      [sessionId],
    );
  });

  await person.client.auth.refreshSession();

  const { data } = await person.client.auth.getClaims();
  equal(data?.claims.aal, "aal2");
  const methods = data?.claims.amr?.map((entry) =>
    typeof entry === "string" ? entry : entry.method
  );
  deepStrictEqual(methods, ["totp", "password"]);
});

Deno.test("GET /user refuses no token, a bad one, an old one and a key", async () => {
  const old = await world.keys.sign({
    sub: crypto.randomUUID(),
    role: "authenticated",
    exp: Math.floor(Date.now() / 1000) - 1,
  });
  const refusals = [];

  for (const bearer of [undefined, "nonsense", old, world.keys.publishable]) {
    const who = bearer === undefined ? {} : { bearer };
    const response = await world.send("/user", { method: "GET", ...who });
    const { error_code: code, msg } = await response.json();
    refusals.push([response.status, code, msg]);
  }

  const unusable = "invalid JWT: unable to parse or verify signature, ";
  deepStrictEqual(refusals, [
    [401, "no_authorization", "This endpoint requires a valid Bearer token"],
    [403, "bad_jwt", `${unusable}token signature is invalid`],
    [403, "bad_jwt", `${unusable}token has invalid claims: token is expired`],
    [403, "bad_jwt", "invalid claim: missing sub claim"],
  ]);
});

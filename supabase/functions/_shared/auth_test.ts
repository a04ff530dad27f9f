import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHmac, createPublicKey } from "node:crypto";
import * as v from "valibot";
import { aal2, role, secret, user } from "./auth.ts";
import { type Auth, either } from "./caller.ts";
import { endpoint } from "./endpoint.ts";
import { route } from "./route.ts";
import { assertProblem } from "./testing/assert.ts";
import { testConfig } from "./testing/config.ts";
import { ALICE, claimsOf, type Issuer, startIssuer } from "./testing/issuer.ts";
import { seconds } from "./units.ts";

/** A function that says who called it, and remembers that it was reached. */
function guarded(auth: Auth<unknown>) {
  const reached: unknown[] = [];
  const fn = endpoint({
    name: "guarded",
    ports: () => null,
    routes: {
      "GET /": route({
        auth,
        input: v.unknown(),
        limits: { bodyBytes: 0, timeoutMs: seconds(5) },
        handle({ caller }) {
          reached.push(caller);
          return Response.json(caller);
        },
      }),
    },
  });
  return { fn, reached };
}

/** Calls as `user`, with `token`, and says what came of it. */
async function tryToken(
  issuer: Issuer,
  token: string,
  env: Readonly<Record<string, string>> = {},
) {
  const { fn, reached } = guarded(user);
  const request = call({ authorization: `Bearer ${token}` });
  const response = await fn.within(testConfig(issuer.url, env)).fetch(request);
  return { response, reached };
}

async function assertRefused(
  { response, reached }: Awaited<ReturnType<typeof tryToken>>,
): Promise<void> {
  await assertProblem(response, { status: 401, title: "Unauthenticated" });
  strictEqual(response.headers.get("www-authenticate"), "Bearer");
  deepStrictEqual(reached, []);
}

function call(headers: HeadersInit): Request {
  return new Request("http://localhost/guarded", { headers });
}

function base64url(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return Buffer.from(text).toString("base64url");
}

function unsigned(header: unknown, claims: unknown, signature = ""): string {
  return `${base64url(header)}.${base64url(claims)}.${signature}`;
}

function signedHS256(header: unknown, claims: unknown, key: string | Buffer) {
  const signed = `${base64url(header)}.${base64url(claims)}`;
  return `${signed}.${
    createHmac("sha256", key).update(signed).digest("base64url")
  }`;
}

Deno.test("user() takes a token that the issuer signed", async () => {
  await using issuer = await startIssuer();

  const { reached } = await tryToken(issuer, await issuer.sign());

  deepStrictEqual(reached, [{
    kind: "user",
    id: ALICE,
    role: "authenticated",
    appRole: undefined,
    aal: "aal1",
    isAnonymous: false,
    sessionId: "5e55104e-0000-4000-8000-000000000001",
  }]);
});

Deno.test("user() lets a project's own Postgres role through", async () => {
  await using issuer = await startIssuer();
  const token = await issuer.sign({ role: "manager" });

  const { response } = await tryToken(issuer, token);

  strictEqual((await response.json()).role, "manager");
});

const ALGORITHMS = ["none", "None", "nOnE", "", null, [], ["ES256"], {}];

for (const alg of [...ALGORITHMS, "__proto__"]) {
  Deno.test(`A1 user() refuses alg ${JSON.stringify(alg)}`, async () => {
    await using issuer = await startIssuer();
    const [, payload = "", signature = ""] = (await issuer.sign()).split(".");
    const { kid } = issuer.keys.keys[0] ?? {};
    const header = base64url({ alg, kid });

    await assertRefused(await tryToken(issuer, `${header}.${payload}.`));
    await assertRefused(
      await tryToken(issuer, `${header}.${payload}.${signature}`),
    );
  });
}

Deno.test("A2 user() refuses HS256 keyed with the public key", async () => {
  await using issuer = await startIssuer();
  const [jwk = {}] = issuer.keys.keys;
  const pem = createPublicKey({ key: { ...jwk }, format: "jwk" })
    .export({ format: "pem", type: "spki" });
  const claims = claimsOf(issuer.url);

  for (const key of [pem, JSON.stringify(jwk), jwk.x ?? ""]) {
    for (const header of [{ alg: "HS256" }, { alg: "HS256", kid: jwk.kid }]) {
      const token = signedHS256(header, claims, key);
      await assertRefused(await tryToken(issuer, token));
    }
  }
});

Deno.test("A3 user() refuses a signature with any byte changed", async () => {
  await using issuer = await startIssuer();
  const token = await issuer.sign();
  const [header, payload, signature = ""] = token.split(".");
  const bytes = Buffer.from(signature, "base64url");

  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    const forged = `${header}.${payload}.${changed.toString("base64url")}`;
    await assertRefused(await tryToken(issuer, forged));
  }
});

const LEGACY = {
  LEGACY_JWT_SECRET: "a-shared-secret-of-forty-characters-here",
};

Deno.test("A3 user() takes HS256 only under the project's own secret", async () => {
  await using issuer = await startIssuer();
  const claims = claimsOf(issuer.url);
  const header = { alg: "HS256", typ: "JWT" };
  const { LEGACY_JWT_SECRET: own } = LEGACY;
  const good = signedHS256(header, claims, own);

  strictEqual((await tryToken(issuer, good, LEGACY)).response.status, 200);
  await assertRefused(await tryToken(issuer, good)); // not switched on
  for (const wrong of ["", own.trim() + " ", own.toUpperCase(), own.slice(1)]) {
    const forged = signedHS256(header, claims, wrong);
    await assertRefused(await tryToken(issuer, forged, LEGACY));
  }
  const [head, payload, mac = ""] = good.split(".");
  const longer = createHmac("sha384", own)
    .update(`${base64url({ alg: "HS384" })}.${payload}`).digest("base64url");
  const other = `${base64url({ alg: "HS384" })}.${payload}.${longer}`;
  await assertRefused(await tryToken(issuer, other, LEGACY));
  for (let at = 0; at < 32; at++) {
    const bytes = Buffer.from(mac, "base64url");
    bytes[at] = (bytes[at] ?? 0) ^ 0x80;
    const forged = `${head}.${payload}.${bytes.toString("base64url")}`;
    await assertRefused(await tryToken(issuer, forged, LEGACY));
  }
});

Deno.test("A4 user() takes one spelling of a token", async () => {
  await using issuer = await startIssuer();
  const token = await issuer.sign();
  const [header = "", payload = "", signature = ""] = token.split(".");
  const alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const last = alphabet.indexOf(signature.at(-1) ?? "");
  const spareBits = signature.slice(0, -1) + alphabet[last + 1];
  const spellings = [
    `${header}.${payload}.${spareBits}`,
    `${token}==`,
    `${header}=.${payload}.${signature}`,
    `${header}.${payload}`,
    `${token}.`,
    `${token}.${signature}`,
    `${token}.e30.e30`,
    `${header}.${payload}.${signature.replaceAll("-", "+")}+`,
    `.${payload}.${signature}`,
    `${header}..${signature}`,
    JSON.stringify({ protected: header, payload, signature }),
  ];

  for (const spelling of spellings) {
    await assertRefused(await tryToken(issuer, spelling));
  }
});

const FUTURE = Math.floor(Date.now() / 1000) + 3600;

const CLAIMS: [id: string, why: string, claims: Record<string, unknown>][] = [
  ["A5", "exp in the past", { exp: FUTURE - 7200 }],
  ["A5", "exp 0", { exp: 0 }],
  ["A5", "exp -1", { exp: -1 }],
  ["A5", "exp as text", { exp: String(FUTURE) }],
  ["A5", "exp in an array", { exp: [FUTURE] }],
  ["A5", "exp true", { exp: true }],
  ["A5", "exp as an object", { exp: {} }],
  ["A5", "no exp", { exp: undefined }],
  ["A5", "nbf in the future", { nbf: FUTURE }],
  ["A5", "nbf as text", { nbf: "0" }],
  ["A6", "another iss", { iss: "https://evil.example/auth/v1" }],
  ["A6", "no iss", { iss: undefined }],
  ["A6", "another aud", { aud: "anon" }],
  ["A6", "no aud", { aud: undefined }],
  ["A6", "aud in an array", { aud: ["authenticated"] }],
  ["A6", "aud as an object", { aud: { authenticated: true } }],
  ["A7", "no sub", { sub: undefined }],
  ["A7", "an empty sub", { sub: "" }],
  ["A7", "sub as a number", { sub: 7 }],
  ["A7", "sub in an array", { sub: [ALICE] }],
  ["A7", "sub that climbs", { sub: `${ALICE}/../other` }],
  ["A7", "sub with NUL", { sub: `${ALICE}\0` }],
  ["A7", "sub in upper case", { sub: ALICE.toUpperCase() }],
  ["A8", "role anon", { role: "anon" }],
  ["A8", "role postgres", { role: "postgres" }],
  ["A8", "role service_role", { role: "service_role" }],
  ["A8", "role in an array", { role: ["service_role"] }],
  ["A8", "role Service_Role", { role: "Service_Role" }],
  ["A8", "role supabase_admin", { role: "supabase_admin" }],
  ["A8", "no role", { role: undefined }],
];

for (const [id, why, claims] of CLAIMS) {
  Deno.test(`${id} user() refuses ${why}`, async () => {
    await using issuer = await startIssuer();
    const token = await issuer.sign(claims);

    await assertRefused(await tryToken(issuer, token));
  });
}

/** The last second that 32 bits have, and one of the next century. */
const LATE = [2 ** 31 - 1, 2 ** 31, 4_102_444_800];

Deno.test("T5 user() goes by its own clock, to the second, in 2038 and after", async () => {
  await using issuer = await startIssuer();
  const now = Math.floor(Date.now() / 1000);

  for (const exp of LATE) {
    const { reached } = await tryToken(issuer, await issuer.sign({ exp }));
    strictEqual(reached.length, 1);
  }
  // A clock that is ten minutes behind or ahead is not made allowance for.
  for (const claims of [{ exp: now - 600 }, { nbf: now + 600 }]) {
    await assertRefused(await tryToken(issuer, await issuer.sign(claims)));
  }
});

Deno.test("A6 user() refuses an issuer that only begins or ends alike", async () => {
  await using issuer = await startIssuer();
  const own = `${issuer.url}/auth/v1`;

  for (const iss of [`${own}/`, `${own}.evil.tld`, `x${own}`, [own]]) {
    await assertRefused(await tryToken(issuer, await issuer.sign({ iss })));
  }
});

Deno.test("A9 user() takes keys from the settings alone", async () => {
  await using issuer = await startIssuer();
  await using canary = await startIssuer();
  const [jwk = {}] = canary.keys.keys;
  const jku = `${canary.url}/jwks.json`;
  const claims = claimsOf(issuer.url);
  const headers = [
    { jku },
    { x5u: jku },
    { jwk },
    { jku, jwk, kid: jwk.kid },
    { kid: "../../etc/passwd" },
    { kid: "' or 1=1 --" },
    { kid: jku },
    { crit: ["b64"], b64: false },
    { crit: ["exp"] },
  ];

  for (const header of headers) {
    const [kid] = issuer.keys.keys.map((key) => key.kid);
    const signed = await canary.sign(claims, { kid, ...header } as object)
      .catch(() => unsigned({ alg: "ES256", kid, ...header }, claims, "AAAA"));
    await assertRefused(await tryToken(issuer, signed));
  }
  strictEqual(canary.hits, 0);
});

Deno.test("A10 user() refuses the signature of zeros, and none", async () => {
  await using issuer = await startIssuer();
  const [header, payload] = (await issuer.sign()).split(".");

  for (const size of [0, 1, 63, 64, 65, 132]) {
    const zeros = Buffer.alloc(size).toString("base64url");
    await assertRefused(
      await tryToken(issuer, `${header}.${payload}.${zeros}`),
    );
  }
});

// RFC 7515 appendix A.3: a valid ES256 signature, of somebody else's key.
const RFC7515_A3 =
  "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

Deno.test("A10 user() refuses the example of RFC 7515", async () => {
  await using issuer = await startIssuer();

  await assertRefused(await tryToken(issuer, RFC7515_A3));
});

Deno.test("A13 secret() takes its key in the apikey header", async () => {
  const { fn, reached } = guarded(secret("default"));
  const own = fn.within(testConfig("http://127.0.0.1:1"));

  const response = await own.fetch(call({ apikey: "sb_secret_test" }));

  strictEqual(response.status, 200);
  deepStrictEqual(reached, [{ kind: "service", name: "default" }]);
});

const NO_KEY: [why: string, request: Request][] = [
  ["in Authorization", call({ authorization: "Bearer sb_secret_test" })],
  ["in the query", new Request("http://x/guarded?apikey=sb_secret_test")],
  ["with a space before it", call({ apikey: "x sb_secret_test" })],
  ["in upper case", call({ apikey: "SB_SECRET_TEST" })],
  ["cut short", call({ apikey: "sb_secret_tes" })],
  ["run on", call({ apikey: "sb_secret_test1" })],
  ["empty", call({ apikey: "" })],
  ["publishable", call({ apikey: "sb_publishable_test" })],
];

for (const [why, request] of NO_KEY) {
  Deno.test(`A13 secret() refuses a key ${why}`, async () => {
    const { fn, reached } = guarded(secret("default"));
    const own = fn.within(testConfig("http://127.0.0.1:1"));

    const response = await own.fetch(request);

    await assertProblem(response, { status: 401, title: "Unauthenticated" });
    deepStrictEqual(reached, []);
  });
}

Deno.test("A13 secret() takes the key it names and no other", async () => {
  const { fn } = guarded(secret("cron"));
  const env = {
    SUPABASE_SECRET_KEYS: '{"default":"sb_secret_a","cron":"sb_secret_b"}',
  };
  const own = fn.within(testConfig("http://127.0.0.1:1", env));

  strictEqual((await own.fetch(call({ apikey: "sb_secret_b" }))).status, 200);
  strictEqual((await own.fetch(call({ apikey: "sb_secret_a" }))).status, 401);
});

Deno.test("A13 secret() takes an older project's secret key, byte for byte", async () => {
  const { fn } = guarded(either(secret("default"), user));
  const key = signedHS256({ alg: "HS256" }, { role: "service_role" }, "x");
  const other = signedHS256({ alg: "HS256" }, { role: "service_role" }, "y");
  const anon = signedHS256({ alg: "HS256" }, { role: "anon" }, "x");
  const own = fn.within(testConfig("http://127.0.0.1:1", {
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: key }),
  }));

  for (const [apikey, status] of [[key, 200], [other, 401], [anon, 401]]) {
    const response = await own.fetch(call({ apikey: String(apikey) }));
    strictEqual(response.status, status);
  }
});

Deno.test("A14 secret() compares digests, whichever byte is wrong", async () => {
  const { fn } = guarded(secret("default"));
  const own = fn.within(testConfig("http://127.0.0.1:1"));
  const { subtle } = crypto;
  const sign = subtle.sign;
  let digests = 0;
  subtle.sign = (...given: Parameters<typeof sign>) => {
    digests++;
    return sign.apply(subtle, given);
  };

  const counts: number[] = [];
  try {
    // First byte wrong, last byte wrong, another length.
    for (const end of ["Xest", "tesX", "t", "testtesttest"]) {
      digests = 0;
      await own.fetch(call({ apikey: `sb_secret_${end}` }));
      counts.push(digests);
    }
  } finally {
    subtle.sign = sign;
  }

  const [first = 0] = counts;
  strictEqual(first > 0, true);
  deepStrictEqual(counts, counts.map(() => first));
});

Deno.test("A17 aal2() asks for the claim, and for nothing else", async () => {
  await using issuer = await startIssuer();
  const { fn, reached } = guarded(aal2(user));
  const own = fn.within(testConfig(issuer.url));
  const pretend = {
    "user_metadata": { aal: "aal2" },
    "app_metadata": { aal: "aal2" },
    amr: [{ method: "totp" }],
  };

  for (const claims of [{}, pretend, { aal: ["aal2"] }, { aal: "AAL2" }]) {
    const token = await issuer.sign(claims);
    const response = await own.fetch(
      call({ authorization: `Bearer ${token}` }),
    );
    const title = "Second factor needed";
    await assertProblem(response, { status: 403, title });
  }
  deepStrictEqual(reached, []);

  const token = await issuer.sign({ aal: "aal2" });
  const response = await own.fetch(call({ authorization: `Bearer ${token}` }));
  strictEqual(response.status, 200);
});

const BEARERS: [
  expected: number,
  why: string,
  header: (t: string) => string,
][] = [
  [200, "in lower case", (token) => `bearer ${token}`],
  [200, "in upper case", (token) => `BEARER ${token}`],
  [401, "twice", (token) => `Bearer ${token}, Bearer ${token}`],
  [401, "behind a tab", (token) => `Bearer\t${token}`],
  [401, "of another scheme", (token) => `Basic ${token}`],
  [401, "without a scheme", (token) => token],
  [401, "with something behind it", (token) => `Bearer ${token} x`],
];

for (const [expected, why, header] of BEARERS) {
  Deno.test(`A18 user() answers ${expected} to a token ${why}`, async () => {
    await using issuer = await startIssuer();
    const { fn } = guarded(user);
    const authorization = header(await issuer.sign());

    const response = await fn.within(testConfig(issuer.url))
      .fetch(call({ authorization }));

    strictEqual(response.status, expected);
  });
}

Deno.test("A18 user() ignores a token in a cookie", async () => {
  await using issuer = await startIssuer();
  const token = await issuer.sign();
  const cookie = `sb-access-token=${token}; authorization=Bearer ${token}`;
  const { fn, reached } = guarded(user);

  const response = await fn.within(testConfig(issuer.url))
    .fetch(call({ cookie }));

  await assertProblem(response, { status: 401, title: "Unauthenticated" });
  deepStrictEqual(reached, []);
});

const ROLES: [expected: number, metadata: unknown][] = [
  [200, { role: "admin" }],
  [403, { role: "Admin" }],
  [403, { role: "admin " }],
  [403, { role: "аdmin" }], // the first letter is Cyrillic
  [403, { role: ["admin"] }],
  [403, { role: { admin: true } }],
  [403, { role: "user,admin" }],
  [403, { admin: true }],
  [403, "admin"],
  [403, undefined],
];

for (const [expected, metadata] of ROLES) {
  const shown = JSON.stringify(metadata);
  Deno.test(`role() answers ${expected} to app_metadata ${shown}`, async () => {
    await using issuer = await startIssuer();
    const { fn } = guarded(role("admin"));
    const token = await issuer.sign({
      "app_metadata": metadata,
      "user_metadata": { role: "admin" },
    });

    const response = await fn.within(testConfig(issuer.url))
      .fetch(call({ authorization: `Bearer ${token}` }));

    strictEqual(response.status, expected);
  });
}

Deno.test("either() never takes a wrong credential for none", async () => {
  await using issuer = await startIssuer();
  const { fn, reached } = guarded(either(secret("default"), user));
  const own = fn.within(testConfig(issuer.url));
  const authorization = `Bearer ${await issuer.sign()}`;

  const both = { authorization, apikey: "sb_secret_wrong" };
  strictEqual((await own.fetch(call(both))).status, 401);
  deepStrictEqual(reached, []);

  strictEqual((await own.fetch(call({ authorization }))).status, 200);
  const key = { apikey: "sb_secret_test" };
  strictEqual((await own.fetch(call(key))).status, 200);
});

/**
 * `/auth/v1` of the local stack, through the supabase-js that people use, over
 * HTTP. Oracles from outside: auth-js and jose verify the tokens, Postgres says
 * what is left in the rows, and Openwall's vector says what bcrypt is.
 *
 * @module
 */
import {
  deepStrictEqual,
  equal,
  match,
  notEqual,
  ok,
} from "node:assert/strict";
import {
  type AuthError,
  createClient,
  isAuthWeakPasswordError,
  type Session,
  type SupabaseClient,
} from "@supabase/supabase-js";
import { createRemoteJWKSet, jwtVerify } from "jose";
import * as v from "valibot";
import { authApi } from "../local/auth/routes.ts";
import { createUser } from "../local/auth/users.ts";
import { type Database, openDatabase, type Sql } from "../local/database.ts";
import { type Keys, openKeys } from "../local/keys.ts";

const PASSWORD = "correct horse";
const BCRYPT_COST = 4;

interface World extends AsyncDisposable {
  readonly url: string;
  readonly database: Database;
  readonly keys: Keys;
  /** `GET /auth/v1/user`, as they came. */
  readonly requests: string[];
  /** What the API reported as its own failures. */
  readonly failures: unknown[];
}

async function openWorld(): Promise<World> {
  const folder = await Deno.makeTempDir({ prefix: "portico-auth-" });
  const keys = await openKeys(`${folder}/keys.json`);
  const database = await openDatabase(`${folder}/postgres`);
  const roles = await scriptOf("roles.sql");
  const auth = await scriptOf("auth.sql");
  await database.asOwner(async (sql) => {
    await sql.run(roles);
    await sql.run(auth);
    await sql.run(NOTES);
  });

  const requests: string[] = [];
  const failures: unknown[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      requests.push(`${request.method} ${new URL(request.url).pathname}`);
      return api(request);
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const api = authApi({
    database,
    keys,
    url,
    bcryptCost: BCRYPT_COST,
    report: (error) => failures.push(error),
  });

  return {
    url,
    database,
    keys,
    requests,
    failures,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await database[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function scriptOf(name: string): Promise<string> {
  return Deno.readTextFile(new URL(`../local/sql/${name}`, import.meta.url));
}

/** What a migration would make: rows that belong to whoever wrote them. */
const NOTES = `
  create table public.notes (owner uuid not null default auth.uid());
  alter table public.notes enable row level security;
  create policy "Owners see and write their notes" on public.notes
    using (owner = auth.uid()) with check (owner = auth.uid());
`;

let world: Promise<World> | undefined;

/** A test in the one world of this file, which opens with the first. */
function test(name: string, run: (world: World) => Promise<void>): void {
  Deno.test({
    name,
    // The server and its database live longer than a test.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      try {
        await run(await (world ??= openWorld()));
      } finally {
        // PGlite leaves its own exit code behind: at the start, and with
        // every statement that fails.
        Deno.exitCode = 0;
      }
    },
  });
}

Deno.test.afterAll(async () => {
  await (await world)?.[Symbol.asyncDispose]();
});

function clientOf({ url, keys }: World, key?: string): SupabaseClient {
  return createClient(url, key ?? keys.publishable, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
}

function adminOf(world: World): SupabaseClient["auth"]["admin"] {
  return clientOf(world, world.keys.secret).auth.admin;
}

interface Person {
  readonly id: string;
  readonly email: string;
  readonly client: SupabaseClient;
  readonly session: Session;
}

function newEmail(): string {
  return `${crypto.randomUUID()}@example.com`;
}

async function signUp(world: World): Promise<Person> {
  const client = clientOf(world);
  const email = newEmail();
  const credentials = { email, password: PASSWORD };
  const { data, error } = await client.auth.signUp(credentials);
  equal(error, null);
  ok(data.session !== null);
  return { id: data.session.user.id, email, client, session: data.session };
}

/** The same person on another device. */
async function signIn(world: World, { email }: Person): Promise<Person> {
  const client = clientOf(world);
  const credentials = { email, password: PASSWORD };
  const { data, error } = await client.auth.signInWithPassword(credentials);
  equal(error, null);
  ok(data.session !== null);
  return { id: data.session.user.id, email, client, session: data.session };
}

/** What a refusal says to programs. */
function codeOf(error: AuthError | null): unknown[] {
  return [error?.status, error?.code];
}

interface Sent {
  readonly method?: string;
  readonly bearer?: string;
  readonly key?: string | null;
  readonly version?: string;
  readonly body?: BodyInit;
}

/** A request without a client's help. */
function send(world: World, path: string, sent: Sent): Promise<Response> {
  const headers = new Headers();
  const { key = world.keys.publishable, bearer, version } = sent;
  if (key !== null) headers.set("apikey", key);
  if (bearer !== undefined) headers.set("authorization", `Bearer ${bearer}`);
  if (version !== undefined) headers.set("x-supabase-api-version", version);
  return fetch(`${world.url}/auth/v1${path}`, {
    method: sent.method ?? "POST",
    headers,
    body: sent.body ?? null,
  });
}

function refresh(world: World, token: string): Promise<Response> {
  const body = JSON.stringify({ "refresh_token": token });
  return send(world, "/token?grant_type=refresh_token", {
    body,
    version: "2024-01-01",
  });
}

/** Who signs whom out: rows of `auth.sessions` of a person. */
async function sessionsOf(world: World, { id }: Person): Promise<string[]> {
  const rows = await world.database.asOwner((sql) =>
    sql.query<{ id: string }>(
      "select id from auth.sessions where user_id = $1 order by created_at",
      [id],
    )
  );
  return rows.map((row) => row.id);
}

async function sessionIdOf({ client }: Person): Promise<string> {
  const { data } = await client.auth.getClaims();
  return data?.claims.session_id ?? "";
}

test("signUp() gives a session, and getUser() the same person", async (world) => {
  const client = clientOf(world);
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

test("getClaims() verifies a token by the served keys alone", async (world) => {
  const { client, id } = await signUp(world);
  const before = world.requests.length;

  const { data, error } = await client.auth.getClaims();

  equal(error, null);
  equal(data?.claims.sub, id);
  equal(data?.header.alg, "ES256");
  const since = world.requests.slice(before);
  equal(since.includes("GET /auth/v1/user"), false);
});

test("getClaims() refuses a token whose payload was changed", async (world) => {
  const { client, session } = await signUp(world);
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

test("an access token says what the platform's says", async (world) => {
  const { id, email, session } = await signUp(world);
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

const AMR = v.tuple([
  v.strictObject({ method: v.string(), timestamp: v.number() }),
]);

test("aal and amr of a token come from the session's rows", async (world) => {
  const person = await signUp(world);
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

test("signInWithPassword() ignores the case of the address", async (world) => {
  const person = await signUp(world);

  const email = person.email.toUpperCase();
  const again = await signIn(world, { ...person, email });

  equal(again.id, person.id);
  notEqual(await sessionIdOf(again), await sessionIdOf(person));
});

test("a wrong password and an unknown address get one answer", async (world) => {
  const { email } = await signUp(world);

  const answers = await Promise.all([
    { email, password: "not it at all" },
    { email: newEmail(), password: PASSWORD },
  ].map(async (body) => {
    const response = await send(world, "/token?grant_type=password", {
      body: JSON.stringify(body),
      version: "2024-01-01",
    });
    return [response.status, await response.json()];
  }));

  deepStrictEqual(answers[0], answers[1]);
  deepStrictEqual(answers[0], [400, {
    code: "invalid_credentials",
    message: "Invalid login credentials",
  }]);
});

test("a hash made elsewhere verifies here", async (world) => {
  const email = newEmail();
  await world.database.asOwner(async (sql) => {
    const user = { email, password: PASSWORD };
    const { id } = await createUser(sql, user, BCRYPT_COST);
    // From the test vectors of Openwall's crypt_blowfish: "U*U".
    const hash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
    await sql.query(
      "update auth.users set encrypted_password = $2 where id = $1",
      [id, hash],
    );
  });
  const { auth } = clientOf(world);

  const right = await auth.signInWithPassword({ email, password: "U*U" });
  const wrong = await auth.signInWithPassword({ email, password: PASSWORD });

  equal(right.error, null);
  deepStrictEqual(codeOf(wrong.error), [400, "invalid_credentials"]);
});

test("passwords are hashed with the work factor asked for", async (world) => {
  const { id } = await signUp(world);

  const [row] = await world.database.asOwner((sql) =>
    sql.query<{ hash: string }>(
      "select encrypted_password as hash from auth.users where id = $1",
      [id],
    )
  );

  match(row?.hash ?? "", /^\$2a\$04\$/);
});

test("signUp() refuses an address that is taken, in any case", async (world) => {
  const { email } = await signUp(world);

  const { data, error } = await clientOf(world).auth
    .signUp({ email: email.toUpperCase(), password: PASSWORD });

  equal(data.session, null);
  deepStrictEqual(codeOf(error), [422, "user_already_exists"]);
});

test("signUp() says why a password is weak", async (world) => {
  const email = newEmail();

  const { error } = await clientOf(world).auth
    .signUp({ email, password: "12345" });

  ok(isAuthWeakPasswordError(error));
  equal(error.status, 422);
  deepStrictEqual(error.reasons, ["length"]);
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
  test(`POST /signup refuses ${why}`, async (world) => {
    const response = await send(world, "/signup", {
      body: JSON.stringify(input),
      version: "2024-01-01",
    });

    const { code } = await response.json();
    deepStrictEqual([response.status, code], expected);
  });
}

test("POST /signup leaves nothing behind when a trigger fails", async (world) => {
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

  const { error } = await clientOf(world).auth
    .signUp({ email, password: PASSWORD });

  await world.database.asOwner((sql) =>
    sql.run("drop function public.refuse cascade")
  );
  equal(error?.status, 500);
  equal(error?.message, "Database error saving new user");
  equal(world.failures.length, reported + 1);
  match(String(world.failures.at(-1)), /no profile/);
  const { error: retried } = await clientOf(world).auth
    .signUp({ email, password: PASSWORD });
  equal(retried, null);
});

test("refreshSession() trades the token, and keeps the session", async (world) => {
  const person = await signUp(world);
  const sessionId = await sessionIdOf(person);

  const { data, error } = await person.client.auth.refreshSession();

  equal(error, null);
  notEqual(data.session?.refresh_token, person.session.refresh_token);
  equal(await sessionIdOf(person), sessionId);
  const { data: { user } } = await person.client.auth.getUser();
  equal(user?.id, person.id);
});

test("a client that lost the last answer gets it again, however late", async (world) => {
  const { session } = await signUp(world);
  const first = await (await refresh(world, session.refresh_token)).json();
  await makeOld(world, session.refresh_token);

  const again = await (await refresh(world, session.refresh_token)).json();

  equal(again.refresh_token, first.refresh_token);
});

test("a token used long ago ends every token of its session", async (world) => {
  const { session } = await signUp(world);
  const second = await (await refresh(world, session.refresh_token)).json();
  const third = await (await refresh(world, second.refresh_token)).json();
  await makeOld(world, session.refresh_token);

  const stolen = await refresh(world, session.refresh_token);
  const owner = await refresh(world, third.refresh_token);

  equal(stolen.status, 400);
  equal((await stolen.json()).code, "refresh_token_already_used");
  equal(owner.status, 400);
  equal((await owner.json()).code, "refresh_token_already_used");
});

test("a token used a moment ago may come again", async (world) => {
  const { session } = await signUp(world);
  const second = await (await refresh(world, session.refresh_token)).json();
  await (await refresh(world, second.refresh_token)).json();

  const again = await refresh(world, session.refresh_token);

  equal(again.status, 200);
  await again.body?.cancel();
});

/** As if the reuse interval had passed since `token` was used. */
async function makeOld(world: World, token: string): Promise<void> {
  await world.database.asOwner((sql) =>
    sql.query(
      `update auth.refresh_tokens
       set updated_at = now() - interval '11 seconds' where token = $1`,
      [token],
    )
  );
}

test("two refreshes at once agree on the next token", async (world) => {
  const { session } = await signUp(world);

  const answers = await Promise.all(
    [1, 2].map(() => refresh(world, session.refresh_token)),
  );

  const [one, other] = await Promise.all(answers.map((it) => it.json()));
  equal(one.refresh_token, other.refresh_token);
  notEqual(one.refresh_token, session.refresh_token);
});

test("POST /token refuses a refresh token it never gave", async (world) => {
  const response = await refresh(world, "abcdefghijkl");

  equal(response.status, 400);
  equal((await response.json()).code, "refresh_token_not_found");
});

test("POST /token refuses a session past its end", async (world) => {
  const person = await signUp(world);
  await world.database.asOwner((sql) =>
    sql.query(
      "update auth.sessions set not_after = now() - interval '1 second' where user_id = $1",
      [person.id],
    )
  );

  const { error } = await person.client.auth.refreshSession();

  deepStrictEqual(codeOf(error), [400, "session_expired"]);
});

for (
  const [scope, stays] of [
    ["global", []],
    ["local", ["other"]],
    ["others", ["current"]],
  ] as const
) {
  test(`signOut() with scope ${scope} ends the sessions it names`, async (world) => {
    const current = await signUp(world);
    const other = await signIn(world, current);
    const ids = {
      current: await sessionIdOf(current),
      other: await sessionIdOf(other),
    };

    const { error } = await current.client.auth.signOut({ scope });

    equal(error, null);
    const left = stays.map((name) => ids[name]);
    deepStrictEqual(await sessionsOf(world, current), left);
    for (const [name, person] of Object.entries({ current, other })) {
      const lives = stays.some((it) => it === name);
      const { refresh_token: token, access_token: bearer } = person.session;
      const user = await send(world, "/user", { method: "GET", bearer });
      const refreshed = await refresh(world, token);
      const codes = [await user.json(), await refreshed.json()]
        .map((body) => body.error_code ?? body.code);
      deepStrictEqual(
        codes,
        lives
          ? [undefined, undefined]
          : ["session_not_found", "refresh_token_not_found"],
      );
    }
  });
}

test("POST /logout refuses a scope it does not know", async (world) => {
  const person = await signUp(world);

  const response = await send(world, "/logout?scope=everyone", {
    bearer: person.session.access_token,
  });

  equal(response.status, 400);
  equal((await response.json()).error_code, "validation_failed");
  equal((await sessionsOf(world, person)).length, 1);
});

test("a banned person is refused everywhere, until the ban is lifted", async (world) => {
  const person = await signUp(world);
  const { email, client, id } = person;
  const credentials = { email, password: PASSWORD };
  const admin = adminOf(world);

  const ban = await admin.updateUserById(id, { "ban_duration": "24h" });
  const banned = [
    await clientOf(world).auth.signInWithPassword(credentials),
    await client.auth.getUser(),
    await client.auth.refreshSession(),
  ].map(({ error }) => codeOf(error));
  await admin.updateUserById(id, { "ban_duration": "none" });
  const { error } = await clientOf(world).auth.signInWithPassword(credentials);

  const until = Date.parse(ban.data.user?.banned_until ?? "");
  ok(Math.abs(until - Date.now() - 24 * 3_600_000) < 60_000);
  deepStrictEqual(banned, [
    [400, "user_banned"],
    [403, "user_banned"],
    [400, "user_banned"],
  ]);
  equal(error, null);
  equal((await refresh(world, person.session.refresh_token)).status, 200);
});

test("admin.updateUserById() refuses days, which Go does not know", async (world) => {
  const { id } = await signUp(world);

  const { error } = await adminOf(world)
    .updateUserById(id, { "ban_duration": "1d" });

  deepStrictEqual(codeOf(error), [400, "validation_failed"]);
});

test("admin.deleteUser() leaves no rows, and no use for the tokens", async (world) => {
  const person = await signUp(world);

  const { error } = await adminOf(world).deleteUser(person.id);

  equal(error, null);
  const { error: gone } = await person.client.auth.getUser();
  deepStrictEqual(codeOf(gone), [403, "user_not_found"]);
  const refreshed = await refresh(world, person.session.refresh_token);
  equal((await refreshed.json()).code, "refresh_token_not_found");
  const left = await world.database.asOwner((sql) => countRows(sql, person.id));
  deepStrictEqual(left, [0, 0, 0, 0]);
});

/** Users, identities, sessions and refresh tokens of a person. */
async function countRows(sql: Sql, id: string): Promise<number[]> {
  const [row] = await sql.query<{ counts: number[] }>(
    `select array[
       (select count(*) from auth.users where id = $1::uuid),
       (select count(*) from auth.identities where user_id = $1::uuid),
       (select count(*) from auth.sessions where user_id = $1::uuid),
       (select count(*) from auth.refresh_tokens where user_id = $1::uuid::text)
     ]::int[] as counts`,
    [id],
  );
  return row?.counts ?? [];
}

test("admin.deleteUser() softly keeps a row that says nobody", async (world) => {
  const { id, email, client } = await signUp(world);

  await adminOf(world).deleteUser(id, true);

  const left = await world.database.asOwner((sql) => countRows(sql, id));
  deepStrictEqual(left, [1, 1, 0, 0]);
  const [kept] = await world.database.asOwner((sql) =>
    sql.query<{ text: string; email: string }>(
      `select u::text || i::text as text, u.email from auth.users u
       join auth.identities i on i.user_id = u.id where u.id = $1`,
      [id],
    )
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

test("updateUser() merges data, and null removes a key", async (world) => {
  const { client } = await signUp(world);
  await client.auth.updateUser({ data: { a: 1, b: { c: null } } });

  const { data } = await client.auth.updateUser({ data: { a: null, d: 2 } });

  const { a, b, d, sub } = data.user?.user_metadata ?? {};
  deepStrictEqual([a, b, d, sub], [undefined, { c: null }, 2, data.user?.id]);
});

test("updateUser() cannot reach app_metadata", async (world) => {
  const { client, id, session } = await signUp(world);
  const data = { "app_metadata": { role: "admin" }, role: "admin" };

  await client.auth.updateUser({ data });
  const direct = await send(world, "/user", {
    method: "PUT",
    bearer: session.access_token,
    body: JSON.stringify(data),
  });

  equal(direct.status, 403);
  equal((await direct.json()).error_code, "not_admin");
  const { data: { user } } = await adminOf(world).getUserById(id);
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

test("updateUser() with a new password signs the others out", async (world) => {
  const person = await signUp(world);
  const other = await signIn(world, person);
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
  const old = await clientOf(world).auth
    .signInWithPassword({ email, password: PASSWORD });
  deepStrictEqual(codeOf(old.error), [400, "invalid_credentials"]);
  const fresh = await clientOf(world).auth
    .signInWithPassword({ email, password: "battery staple" });
  equal(fresh.error, null);
});

test("updateUser() changes the address at once, if it is free", async (world) => {
  const { client } = await signUp(world);
  const taken = await signUp(world);
  const email = newEmail();

  const refused = await client.auth.updateUser({ email: taken.email });
  const { data } = await client.auth.updateUser({ email });

  deepStrictEqual(codeOf(refused.error), [422, "email_exists"]);
  equal(data.user?.email, email);
  equal(data.user?.identities?.[0]?.identity_data?.["email"], email);
});

test("admin.createUser() makes people who can sign in once confirmed", async (world) => {
  const admin = adminOf(world);
  const email = newEmail();
  const credentials = { email, password: PASSWORD };

  const { data } = await admin.createUser({
    ...credentials,
    "app_metadata": { role: "admin" },
  });
  const early = await clientOf(world).auth.signInWithPassword(credentials);
  const again = await admin.createUser(credentials);
  const id = data.user?.id ?? "";
  await admin.updateUserById(id, { "email_confirm": true });
  const { client } = await signIn(world, { ...await signUp(world), email });

  deepStrictEqual(codeOf(early.error), [400, "email_not_confirmed"]);
  deepStrictEqual(codeOf(again.error), [422, "email_exists"]);
  const { data: signedIn } = await client.auth.getClaims();
  deepStrictEqual(signedIn?.claims.app_metadata, {
    provider: "email",
    providers: ["email"],
    role: "admin",
  });
});

test("admin.updateUserById() merges metadata, and null removes a key", async (world) => {
  const { id } = await signUp(world);
  const admin = adminOf(world);
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

test("admin.updateUserById() with a password ends every session", async (world) => {
  const person = await signUp(world);

  await adminOf(world).updateUserById(person.id, { password: "another one" });

  deepStrictEqual(await sessionsOf(world, person), []);
});

test("admin.getUserById() knows whom it does not know", async (world) => {
  const admin = adminOf(world);

  const { error } = await admin.getUserById(crypto.randomUUID());
  const response = await send(world, "/admin/users/me", {
    method: "GET",
    key: world.keys.secret,
  });

  deepStrictEqual(codeOf(error), [404, "user_not_found"]);
  equal(response.status, 404);
  equal((await response.json()).error_code, "validation_failed");
});

for (
  const [method, path] of [
    ["POST", ""],
    ["GET", "/:id"],
    ["PUT", "/:id"],
    ["DELETE", "/:id"],
  ] as const
) {
  test(`${method} /admin/users${path} is for the service alone`, async (world) => {
    const person = await signUp(world);
    const url = `/admin/users${path.replace(":id", person.id)}`;
    const body = method === "GET"
      ? {}
      : { body: JSON.stringify({ email: newEmail(), role: "service_role" }) };
    const before = await adminOf(world).getUserById(person.id);

    for (
      const bearer of [undefined, person.session.access_token] as const
    ) {
      const who = bearer === undefined ? {} : { bearer };
      const response = await send(world, url, { method, ...who, ...body });

      equal(response.status, 403);
      equal((await response.json()).error_code, "not_admin");
    }
    const after = await adminOf(world).getUserById(person.id);
    deepStrictEqual(after.data, before.data);
  });
}

test("a body past the bound is refused, whatever it claims", async (world) => {
  // A stream has no content-length.
  const body = new Blob([new Uint8Array(1024 * 1024 + 1)]).stream();

  const response = await send(world, "/signup", { body });

  equal(response.status, 413);
  equal((await response.json()).error_code, "request_entity_too_large");
});

test("a refusal has the shape of the version asked for", async (world) => {
  const path = "/token?grant_type=password";

  const older = await send(world, path, { body: "{" });
  const newer = await send(world, path, { body: "{", version: "2024-01-01" });

  const { msg, ...legacy } = await older.json();
  deepStrictEqual(legacy, { code: 400, "error_code": "bad_json" });
  deepStrictEqual(await newer.json(), { code: "bad_json", message: msg });
  match(msg, /^Could not parse request body as JSON: /);
  equal(newer.headers.get("x-supabase-api-version"), "2024-01-01");
  equal(newer.headers.get("x-sb-error-code"), "bad_json");
});

test("the gateway asks for a key, except for the public ones", async (world) => {
  const none = await send(world, "/settings", { method: "GET", key: null });
  const bad = await send(world, "/settings", { method: "GET", key: "wrong" });
  const jwks = await send(world, "/.well-known/jwks.json", {
    method: "GET",
    key: null,
  });
  const health = await send(world, "/health", { method: "GET", key: null });
  const settings = await send(world, "/settings", { method: "GET" });

  equal(none.status, 401);
  equal((await none.json()).message, "No API key found in request");
  equal(bad.status, 401);
  equal((await bad.json()).message, "Invalid API key");
  const { keys: [key] } = await jwks.json();
  equal(key.alg, "ES256");
  equal("d" in key, false);
  equal((await health.json()).name, "GoTrue");
  equal((await settings.json()).external.email, true);
});

test("GET /user refuses no token, a bad one, an old one and a key", async (world) => {
  const old = await world.keys.sign({
    sub: crypto.randomUUID(),
    role: "authenticated",
    exp: Math.floor(Date.now() / 1000) - 1,
  });
  const refusals = [];

  for (const bearer of [undefined, "nonsense", old, world.keys.publishable]) {
    const who = bearer === undefined ? {} : { bearer };
    const response = await send(world, "/user", { method: "GET", ...who });
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

test("paths and methods that are not there are not there", async (world) => {
  const path = await send(world, "/otp", { body: "{}" });
  const method = await send(world, "/user", { method: "DELETE" });

  equal(path.status, 404);
  equal(await path.text(), "404 page not found\n");
  equal(method.status, 405);
});

test("auth.uid(), role(), email() and jwt() say who a statement is for", async (world) => {
  const sub = crypto.randomUUID();
  const claims = {
    role: "authenticated",
    sub,
    email: "ada@example.com",
    "app_metadata": { role: "admin" },
  };
  const ask = (sql: Sql) =>
    sql.query(`select current_user::text as db, auth.uid() as uid,
      auth.role() as role, auth.email() as email,
      auth.jwt() -> 'app_metadata' ->> 'role' as app`);

  const user = await world.database.as(claims, ask);
  const anonymous = await world.database.as({ role: "anon" }, ask);
  const nobody = await world.database.asOwner(ask);

  deepStrictEqual(user, [{
    db: "authenticated",
    uid: sub,
    role: "authenticated",
    email: "ada@example.com",
    app: "admin",
  }]);
  deepStrictEqual(anonymous, [{
    db: "anon",
    uid: null,
    role: "anon",
    email: null,
    app: null,
  }]);
  deepStrictEqual(nobody, [{
    db: "postgres",
    uid: null,
    role: null,
    email: null,
    app: null,
  }]);
});

for (const role of ["anon", "authenticated", "service_role"]) {
  test(`${role} cannot read the tables of auth`, async (world) => {
    for (
      const table of [
        "users",
        "identities",
        "sessions",
        "refresh_tokens",
        "mfa_amr_claims",
      ]
    ) {
      const { code } = await world.database
        .as({ role }, (sql) => sql.query(`select from auth.${table}`))
        .then(() => ({ code: "read" }), (error) => error);

      equal(code, "42501", table);
    }
  });
}

test("auth.sql may run at every start", async (world) => {
  const { id } = await signUp(world);
  const script = await scriptOf("auth.sql");

  await world.database.asOwner((sql) => sql.run(script));

  const left = await world.database.asOwner((sql) => countRows(sql, id));
  deepStrictEqual(left, [1, 1, 1, 1]);
});

const ADA = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";
const BOB = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb";

/** A transaction as REST runs it: statement by statement, on the session. */
async function byHand({ database }: World, sub: string): Promise<string[]> {
  const { driver: pglite } = database.session.connection;
  await pglite.query("begin");
  await pglite.query(
    `select set_config('role', 'authenticated', true),
       set_config('request.jwt.claims', $1, true)`,
    [JSON.stringify({ role: "authenticated", sub })],
  );
  const { rows } = await pglite
    .query<{ owner: string }>("select owner from public.notes");
  await pglite.query("commit");
  return rows.map(({ owner }) => owner);
}

async function writeNotes({ database }: World): Promise<void> {
  for (const sub of [ADA, BOB]) {
    const claims = { role: "authenticated", sub };
    await database.as(
      claims,
      (sql) => sql.query("insert into public.notes default values"),
    );
  }
}

test("one session without the lock shows people each other's rows", async (world) => {
  await writeNotes(world);

  // The lock is held around both, so that neither waits for the other.
  const [ada = []] = await world.database.session.lock.hold(() =>
    Promise.all([ADA, BOB].map((sub) => byHand(world, sub)))
  );

  equal(ada.includes(BOB), true);
});

test("Database.as() and the lock keep people's rows apart", async (world) => {
  await writeNotes(world);
  const people = Array.from({ length: 100 }, (_, n) => n % 2 ? ADA : BOB);

  const seen = await Promise.all(people.map(async (sub, n) => {
    if (n % 3 === 0) {
      const { lock } = world.database.session;
      return await lock.hold(() => byHand(world, sub));
    }
    return await world.database.as(
      { role: "authenticated", sub },
      async (sql) => {
        await sql.query("insert into public.notes default values");
        const rows = await sql
          .query<{ owner: string }>("select owner from public.notes");
        return rows.map(({ owner }) => owner);
      },
    );
  }));

  for (const [n, owners] of seen.entries()) {
    ok(owners.length > 0);
    deepStrictEqual(new Set(owners), new Set([people[n]]));
  }
});

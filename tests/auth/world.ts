/**
 * `/auth/v1` over HTTP, and people who use it through the supabase-js that
 * everybody uses.
 *
 * @module
 */
import { equal, ok } from "node:assert/strict";
import type { AuthError, Session, SupabaseClient } from "@supabase/supabase-js";
import { authApi } from "../../local/auth/routes.ts";
import type { Keys } from "../../local/keys.ts";
import { serve } from "../../supabase/functions/_shared/testing/server.ts";
import { openPlatform, type Platform } from "../platform.ts";
import { connect } from "../world.ts";

/** Everybody's. */
export const PASSWORD = "correct horse";

/** The least that bcrypt takes: tests have no time for more. */
export const BCRYPT_COST = 4;

/** Somebody with a session. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly client: SupabaseClient;
  readonly session: Session;
}

/** A request without a client's help. */
export interface Sent {
  /** POST unless it is given. */
  readonly method?: string;
  readonly bearer?: string;
  /** The publishable one unless it is given; null sends none. */
  readonly key?: string | null;
  /** Of the API: decides the shape of a refusal. */
  readonly version?: string;
  readonly body?: BodyInit;
}

/** The API, what it has seen, and ways to use it. */
export interface World extends Platform {
  readonly url: string;
  /** `GET /auth/v1/user`, as they came. */
  readonly requests: readonly string[];
  /** What the API reported as its own failures. */
  readonly failures: readonly unknown[];
  /** With the publishable key and nobody signed in. */
  anyone(): SupabaseClient;
  /** With the secret key. */
  admin(): SupabaseClient["auth"]["admin"];
  /** Somebody whom no other test knows. */
  signUp(): Promise<Person>;
  /** The same person on another device. */
  signIn(person: Pick<Person, "email">): Promise<Person>;
  send(path: string, sent: Sent): Promise<Response>;
  refresh(token: string): Promise<Response>;
  /** Ids in `auth.sessions`, the oldest first. */
  sessionsOf(person: Person): Promise<string[]>;
  /** Users, identities, sessions and refresh tokens that a person has. */
  countsOf(id: string): Promise<number[]>;
}

/** Starts the API on a free port and an empty database. */
async function openWorld(): Promise<World> {
  await using opened = new AsyncDisposableStack();
  const platform = opened.use(await openPlatform());
  const requests: string[] = [];
  const failures: unknown[] = [];
  const { url } = opened.use(serve((request) => {
    requests.push(`${request.method} ${new URL(request.url).pathname}`);
    return api(request);
  }));
  const api = authApi({
    ...platform,
    url,
    bcryptCost: BCRYPT_COST,
    report: (error) => failures.push(error),
  });

  const closing = opened.move();
  return {
    ...platform,
    url,
    requests,
    failures,
    ...clientsOf(url, platform.keys),
    ...bareRequests(url, platform.keys),
    ...counting(platform),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

function clientsOf(
  url: string,
  keys: Keys,
): Pick<World, "anyone" | "admin" | "signUp" | "signIn"> {
  const anyone = () => connect(url, keys.publishable);
  return {
    anyone,
    admin: () => connect(url, keys.secret).auth.admin,
    async signUp() {
      const client = anyone();
      const email = newEmail();
      const credentials = { email, password: PASSWORD };
      const { data, error } = await client.auth.signUp(credentials);
      return { email, client, ...sessionOf(data, error) };
    },
    async signIn({ email }) {
      const client = anyone();
      const credentials = { email, password: PASSWORD };
      const { data, error } = await client.auth
        .signInWithPassword(credentials);
      return { email, client, ...sessionOf(data, error) };
    },
  };
}

function sessionOf(
  { session }: { readonly session: Session | null },
  error: AuthError | null,
): Pick<Person, "id" | "session"> {
  equal(error, null);
  ok(session !== null);
  return { id: session.user.id, session };
}

function bareRequests(
  url: string,
  { publishable }: Keys,
): Pick<World, "send" | "refresh"> {
  function send(path: string, sent: Sent): Promise<Response> {
    const headers = new Headers();
    const { key = publishable, bearer, version } = sent;
    if (key !== null) headers.set("apikey", key);
    if (bearer !== undefined) headers.set("authorization", `Bearer ${bearer}`);
    if (version !== undefined) headers.set("x-supabase-api-version", version);
    return fetch(`${url}/auth/v1${path}`, {
      method: sent.method ?? "POST",
      headers,
      body: sent.body ?? null,
    });
  }
  return {
    send,
    refresh: (token) =>
      send("/token?grant_type=refresh_token", {
        body: JSON.stringify({ "refresh_token": token }),
        version: "2024-01-01",
      }),
  };
}

function counting(
  { rows }: Platform,
): Pick<World, "sessionsOf" | "countsOf"> {
  return {
    async sessionsOf({ id }) {
      const found = await rows<{ id: string }>(
        "select id from auth.sessions where user_id = $1 order by created_at",
        [id],
      );
      return found.map((row) => row.id);
    },
    async countsOf(id) {
      const [row] = await rows<{ counts: number[] }>(COUNTS, [id]);
      return row?.counts ?? [];
    },
  };
}

const COUNTS = `select array[
  (select count(*) from auth.users where id = $1::uuid),
  (select count(*) from auth.identities where user_id = $1::uuid),
  (select count(*) from auth.sessions where user_id = $1::uuid),
  (select count(*) from auth.refresh_tokens where user_id = $1::uuid::text)
]::int[] as counts`;

/** An address that nobody has. */
export function newEmail(): string {
  return `${crypto.randomUUID()}@example.com`;
}

/** What a refusal says to programs. */
export function codeOf(error: AuthError | null): unknown[] {
  return [error?.status, error?.code];
}

/** Which of a person's sessions a client has. */
export async function sessionIdOf({ client }: Person): Promise<string> {
  const { data } = await client.auth.getClaims();
  return data?.claims.session_id ?? "";
}

/** The one world of these tests: a world takes seconds to make. */
export const world = await openWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

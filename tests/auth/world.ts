/**
 * `/auth/v1` over HTTP, and people who use it through the supabase-js that
 * everybody uses.
 *
 * @module
 */
import { equal, ok } from "node:assert/strict";
import {
  type AuthError,
  createClient,
  type Session,
  type SupabaseClient,
} from "@supabase/supabase-js";
import * as v from "valibot";
import type { Mail } from "../../local/auth/mails.ts";
import { authApi } from "../../local/auth/routes.ts";
import { AUTH, type AuthSettings } from "../../local/auth/settings.ts";
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

/** `/auth/v1`, what it has seen, and ways to use it. */
export interface AuthServer extends AsyncDisposable {
  readonly url: string;
  readonly settings: AuthSettings;
  /** `GET /auth/v1/user`, as they came. */
  readonly requests: readonly string[];
  /** What the API reported as its own failures. */
  readonly failures: readonly unknown[];
  /** What the API would have sent to an address, the oldest first. */
  mailsTo(email: string): Mail[];
  /** With the publishable key and nobody signed in. */
  anyone(): SupabaseClient;
  /** The same, with the PKCE flow. */
  browser(): SupabaseClient;
  /** With the secret key. */
  admin(): SupabaseClient["auth"]["admin"];
  /** Somebody whom no other test knows. */
  signUp(): Promise<Person>;
  /** The same person on another device. */
  signIn(person: Pick<Person, "email">): Promise<Person>;
  send(path: string, sent: Sent): Promise<Response>;
  refresh(token: string): Promise<Response>;
}

/** A server with the default settings, and its rows. */
export interface World extends Platform, AuthServer {
  /** Another server on the same rows. */
  serving(settings: Partial<AuthSettings>): AuthServer;
  /** Ids in `auth.sessions`, the oldest first. */
  sessionsOf(person: Pick<Person, "id">): Promise<string[]>;
  /** Users, identities, sessions and refresh tokens that a person has. */
  countsOf(id: string): Promise<number[]>;
}

/** The defaults, but mails may follow each other at once. */
const SETTINGS = v.parse(AUTH, { email: { "max_frequency": "0s" } });

/** Starts the API on a free port and an empty database. */
async function openWorld(): Promise<World> {
  await using opened = new AsyncDisposableStack();
  const platform = opened.use(await openPlatform());
  const server = opened.use(openServer(platform, SETTINGS));

  const closing = opened.move();
  return {
    ...platform,
    ...server,
    serving: (settings) => openServer(platform, { ...SETTINGS, ...settings }),
    ...counting(platform),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

function openServer(platform: Platform, settings: AuthSettings): AuthServer {
  const requests: string[] = [];
  const failures: unknown[] = [];
  const mails: Mail[] = [];
  const { url, ...server } = serve((request) => {
    requests.push(`${request.method} ${new URL(request.url).pathname}`);
    return api(request);
  });
  const api = authApi({
    ...platform,
    url,
    settings,
    post: (mail) => mails.push(mail),
    bcryptCost: BCRYPT_COST,
    report: (error) => failures.push(error),
  });
  return {
    url,
    settings,
    requests,
    failures,
    mailsTo: (email) => mails.filter(({ to }) => to === email),
    ...clientsOf(url, platform.keys),
    ...bareRequests(url, platform.keys),
    [Symbol.asyncDispose]: server[Symbol.asyncDispose],
  };
}

function clientsOf(
  url: string,
  keys: Keys,
): Pick<AuthServer, "anyone" | "browser" | "admin" | "signUp" | "signIn"> {
  const anyone = () => connect(url, keys.publishable);
  return {
    anyone,
    browser: () => createClient(url, keys.publishable, { auth: BROWSER }),
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

/** PKCE keeps a secret between the question and the answer: in memory. */
const BROWSER = {
  flowType: "pkce",
  persistSession: false,
  autoRefreshToken: false,
  detectSessionInUrl: false,
} as const;

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
): Pick<AuthServer, "send" | "refresh"> {
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

/** The last mail to somebody, whom there must be one for. */
export function lastMailTo(
  email: string,
  server: Pick<AuthServer, "mailsTo"> = world,
): Mail {
  const mail = server.mailsTo(email).at(-1);
  ok(mail !== undefined, `No mail to ${email}`);
  return mail;
}

/** Where a link leads, and what it says behind the `#`. */
export interface Landing {
  readonly status: number;
  readonly url: URL;
  readonly said: Readonly<Record<string, string>>;
}

/** Clicks the link of a mail, without going where it leads. */
export async function follow({ link }: Pick<Mail, "link">): Promise<Landing> {
  const response = await fetch(link ?? "", { redirect: "manual" });
  await response.body?.cancel();
  const url = new URL(response.headers.get("location") ?? "");
  const said = Object.fromEntries(new URLSearchParams(url.hash.slice(1)));
  return { status: response.status, url, said };
}

/** Takes the tokens that a link has led to. */
export async function land(
  client: SupabaseClient,
  { said }: Landing,
): Promise<Session> {
  const { data, error } = await client.auth.setSession({
    "access_token": said["access_token"] ?? "",
    "refresh_token": said["refresh_token"] ?? "",
  });
  equal(error, null);
  ok(data.session !== null);
  return data.session;
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

/** How many sessions the person with this address has; none is nobody. */
export async function countSessions(
  email: string,
): Promise<number | undefined> {
  const [row] = await world.rows<{ count: number }>(
    `select count(s.id)::int as count from auth.users u
       left join auth.sessions s on s.user_id = u.id
       where u.email = $1 group by u.id`,
    [email],
  );
  return row?.count;
}

/** The one world of these tests: a world takes seconds to make. */
export const world = await openWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

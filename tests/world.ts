/**
 * A whole stack for the tests of one file, with people in it.
 *
 * @module
 */
import { cp } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { ensureDatabase, LAYOUT } from "../local/initdb.ts";
import { type Stack, startStack } from "../local/stack.ts";

/** Somebody who has signed up just now, and whom no other test knows. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  /** Signed in. */
  readonly client: SupabaseClient;
}

/** A running stack, and what tests ask of it. */
export interface World extends AsyncDisposable {
  readonly stack: Stack;
  /** What the stack and its functions have printed. */
  readonly lines: readonly string[];
  newPerson(): Promise<Person>;
  /** With the publishable key and nobody signed in. */
  anyone(): SupabaseClient;
  /** With the secret key. */
  service(): SupabaseClient;
  /** How many files Storage has. */
  files(): Promise<number>;
  /** What Postgres says, past row-level security. */
  rows<Row>(sql: string, parameters?: unknown[]): Promise<Row[]>;
}

const PROJECT = new URL("../supabase/", import.meta.url);

const { imports } = JSON.parse(
  await Deno.readTextFile(new URL("../deno.json", import.meta.url)),
);
const VERSION = imports["@electric-sql/pglite"].split("@").at(-1);

/** An empty database takes seconds to make, and is made once for a version. */
const TEMPLATE = fileURLToPath(
  new URL(`../.local/template-${VERSION}-${LAYOUT}`, import.meta.url),
);

/** How a world differs from others. */
export interface Options {
  /** Its `supabase/` folder: this project's unless given. */
  readonly project?: URL;
  /** Whether jobs run when they are due. Not unless given: see `startWorld`. */
  readonly cron?: boolean;
}

/**
 * Starts a project on a free port and an empty data folder. Without cron, or
 * jobs would run at some full minute of some test, and without nudges.
 */
export async function startWorld(
  { project = PROJECT, cron = false }: Options = {},
): Promise<World> {
  const data = await Deno.makeTempDir({ prefix: "portico-" });
  await fillFromTemplate(data);
  const lines: string[] = [];
  const stack = await startStack({
    port: 0,
    data,
    project,
    watch: true,
    cron,
    log: (name, line) => lines.push(`[${name}] ${line}`),
  });
  if (!cron) await keepAsleep(stack);

  return {
    stack,
    lines,
    anyone: () => connect(stack.url, stack.keys.publishable),
    service: () => connect(stack.url, stack.keys.secret),
    rows: (sql, parameters) =>
      stack.database.asOwner((it) => it.query(sql, parameters)),
    files: async () =>
      (await Array.fromAsync(Deno.readDir(`${data}/objects`))).length,
    async newPerson() {
      const client = connect(stack.url, stack.keys.publishable);
      const email = `${crypto.randomUUID()}@example.com`;
      const password = crypto.randomUUID();
      const { data, error } = await client.auth.signUp({ email, password });
      if (error || data.user === null) throw error;
      return { id: data.user.id, email, password, client };
    },
    async [Symbol.asyncDispose]() {
      await stack[Symbol.asyncDispose]();
      await Deno.remove(data, { recursive: true });
    },
  };
}

/** Nothing that arrives calls a function by itself. */
async function keepAsleep({ database }: Stack): Promise<void> {
  await database.asOwner((sql) =>
    sql.run(`do $$ begin
      update portico.jobs set woken_at = 'infinity';
    exception when undefined_table or invalid_schema_name then null;
    end $$`)
  );
}

/** A client that remembers nobody and renews nothing of its own accord. */
export function connect(url: string, key: string): SupabaseClient {
  return createClient(url, key, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
}

/** The access token that a person has now. */
export async function tokenOf({ client }: Person): Promise<string> {
  const { data } = await client.auth.getSession();
  return data.session?.access_token ?? "";
}

/** Puts an empty database where a stack expects it, faster than it could. */
export async function fillFromTemplate(data: string): Promise<void> {
  await Deno.mkdir(new URL("../.local", import.meta.url), { recursive: true });
  await ensureTemplate();
  await cp(TEMPLATE, `${data}/database`, { recursive: true });
}

/** Once, whoever else begins at the same time. */
async function ensureTemplate(): Promise<void> {
  using lock = await Deno.open(`${TEMPLATE}.lock`, {
    create: true,
    write: true,
  });
  await lock.lock(true);
  await ensureDatabase(TEMPLATE);
}

/**
 * `deno task start`: a local Supabase with every function of this project.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { BrokenConfig } from "./config.ts";
import { OldDatabase } from "./database.ts";
import { FolderInUse } from "./folder_lock.ts";
import { BrokenMigration } from "./migrations.ts";
import { PEOPLE } from "./people.ts";
import { type Stack, startStack } from "./stack.ts";
import { resetData } from "./reset.ts";

const HELP = `Starts a local Supabase with every function of this project.

  deno task start [options]

  --port <number>   where to listen on 127.0.0.1 (default 54321)
  --data <folder>   what outlives the stack is here (default .local/data)
  --reset           throws rows and files away first; keys stay the same
  --new-keys        throws the keys away: front-ends need the new one
  --help            this text

Stop it with Ctrl-C. Rows and files are kept for the next start.`;

const OPTIONS = {
  port: { type: "string", default: "54321" },
  data: { type: "string", default: ".local/data" },
  reset: { type: "boolean", default: false },
  "new-keys": { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

const PROJECT = new URL("../supabase/", import.meta.url);

/** What a person can mend, in one line. */
class Complaint extends Error {}

// deno-lint-ignore no-console -- a command talks to a terminal
const say = console.log;
// deno-lint-ignore no-console -- a command complains to a terminal
const complain = console.error;

if (import.meta.main) {
  await main(Deno.args).catch((error) => {
    complain(error instanceof Complaint ? error.message : error);
    Deno.exit(1);
  });
  Deno.exit(0); // PGlite leaves a timer behind
}

async function main(args: string[]): Promise<void> {
  const { port, data, reset, newKeys, help } = readOptions(args);
  if (help) return say(HELP);
  if (reset || newKeys) {
    await resetData(data, { data: reset, keys: newKeys })
      .catch((error) => explain(error, port));
  }

  const signals = listenForSignals();
  const started = performance.now();
  say(`Starting in ${data} …`);
  const stack = await startStack({
    port,
    data,
    project: PROJECT,
    watch: true,
    cron: true,
    log: (name, line) => say(`[${name}] ${line}`),
  }).catch((error) => explain(error, port));

  const s = ((performance.now() - started) / 1000).toFixed(1);
  say(`Ready after ${s} s.\n\n${banner(stack)}`);
  await signals.graceful();
  say("\nStopping … (again to stop at once)");
  await stack[Symbol.asyncDispose]();
}

interface Settings {
  readonly port: number;
  readonly data: string;
  readonly reset: boolean;
  readonly newKeys: boolean;
  readonly help: boolean;
}

function readOptions(args: string[]): Settings {
  try {
    const { values } = parseArgs({ args, options: OPTIONS });
    const port = Number(values.port);
    if (Number.isInteger(port) && port >= 0 && port <= 65_535) {
      return { ...values, port, newKeys: values["new-keys"] };
    }
    throw new TypeError(`--port takes a number from 0 to 65535`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Complaint(`${reason}. See deno task start --help`);
  }
}

function explain(error: unknown, port: number): never {
  if (error instanceof Deno.errors.AddrInUse) {
    throw new Complaint(
      `Port ${port} is taken: stop what uses it, or choose one with --port`,
    );
  }
  if (error instanceof FolderInUse) {
    throw new Complaint(
      `${error.message}: stop it, or choose another folder with --data`,
    );
  }
  if (error instanceof BrokenMigration) {
    throw new Complaint(`${error.message}: mend it and start again`);
  }
  if (error instanceof OldDatabase) {
    throw new Complaint(`${error.message}: start again with --reset`);
  }
  if (error instanceof BrokenConfig) {
    throw new Complaint(`supabase/config.toml: ${error.message}`);
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    throw new Complaint(`${error.message}: choose another folder with --data`);
  }
  throw error;
}

/**
 * Ctrl-C ends the process at once, which the data survives, except that the
 * first one after `graceful` was called resolves it.
 */
function listenForSignals(): { graceful(): Promise<void> } {
  let react: (() => void) | undefined;
  const onSignal = () => {
    if (react === undefined) Deno.exit(130);
    react();
    react = undefined;
  };
  Deno.addSignalListener("SIGINT", onSignal);
  // Windows has no such signal.
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", onSignal);
  return { graceful: () => new Promise((resolve) => react = resolve) };
}

function banner({ url, keys }: Stack): string {
  const [member, admin] = PEOPLE;
  return `  URL              ${url}
  Mailbox          ${url}/mailbox
  Publishable key  ${keys.publishable}
  Secret key       ${keys.secret}
  Member           ${member.email}  ${member.password}
  Admin            ${admin.email}  ${admin.password}

Sign in, and ask for a ticket to upload a new file:

  TOKEN=$(curl -s '${url}/auth/v1/token?grant_type=password' \\
    -H 'apikey: ${keys.publishable}' -H 'content-type: application/json' \\
    -d '{"email":"${member.email}","password":"${member.password}"}' \\
    | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/') && \\
  curl -s ${url}/functions/v1/signed-upload \\
    -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' \\
    -d '{"bucket":"photos","name":"'$(date +%s)'.png","type":"image/png","bytes":9}'

Ctrl-C stops it.`;
}

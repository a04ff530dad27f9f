/**
 * `deno task sql`: runs SQL on the local stack that is running.
 *
 * @module
 */
import { parseArgs } from "node:util";
import type { Answer } from "./database.ts";
import { parseJson } from "./exact_json.ts";
import { tableOf } from "./table.ts";

const HELP = `Runs SQL on the local stack that is running, as postgres.

  deno task sql [options] ["select …"]

  "select …"       one statement or several; what is on stdin if there is none
  --json           prints the rows of each statement as one line of JSON
  --port <number>  of the stack (default 54321)
  --data <folder>  of the stack: its secret key is there (default .local/data)
  --help           this text`;

const OPTIONS = {
  json: { type: "boolean", default: false },
  port: { type: "string", default: "54321" },
  data: { type: "string", default: ".local/data" },
  help: { type: "boolean", default: false },
} as const;

/** What a person can mend, or what Postgres says. */
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
}

async function main(args: string[]): Promise<void> {
  const { values, positionals } = readOptions(args);
  if (values.help) return say(HELP);
  const script = positionals.length > 0
    ? positionals.join(" ")
    : await readInput();

  for (const answer of await ask(script, values)) {
    say(values.json ? asJson(answer) : asText(answer));
  }
}

function readOptions(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Complaint(`${reason}. See deno task sql --help`);
  }
}

async function readInput(): Promise<string> {
  if (Deno.stdin.isTerminal()) {
    throw new Complaint('Give it SQL: deno task sql "select now()"');
  }
  return await new Response(Deno.stdin.readable).text();
}

interface Target {
  readonly port: string;
  readonly data: string;
}

async function ask(sql: string, { port, data }: Target): Promise<Answer[]> {
  const apikey = await readKey(data);
  const response = await fetch(`http://127.0.0.1:${port}/sql`, {
    method: "POST",
    headers: { apikey, "content-type": "application/json" },
    body: JSON.stringify({ sql }),
  }).catch(() => {
    throw new Complaint(
      `No stack listens on port ${port}: deno task start, or give its --port`,
    );
  });
  const text = await response.text();
  if (response.status === 401) {
    throw new Complaint(
      `The stack on port ${port} has other data than ${data}: give its --data`,
    );
  }
  if (response.status === 400) throw new Complaint(asError(JSON.parse(text)));
  if (!response.ok) {
    throw new Complaint(`What listens on port ${port} is no local stack`);
  }
  return (parseJson(text) as { answers: Answer[] }).answers;
}

async function readKey(data: string): Promise<string> {
  try {
    return JSON.parse(await Deno.readTextFile(`${data}/keys.json`)).secret;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Complaint(
      `No stack was ever started in ${data}: deno task start, ` +
        "or give its --data",
    );
  }
}

interface Refusal {
  readonly message: string;
  readonly code?: string;
  readonly detail?: string;
  readonly hint?: string;
}

function asError({ message, code, detail, hint }: Refusal): string {
  const lines = [`ERROR: ${message}${code ? ` (${code})` : ""}`];
  if (detail) lines.push(`DETAIL: ${detail}`);
  if (hint) lines.push(`HINT: ${hint}`);
  return lines.join("\n");
}

function asJson({ columns, rows }: Answer): string {
  return JSON.stringify(
    rows.map((row) =>
      Object.fromEntries(columns.map((name, at) => [name, row[at]]))
    ),
  );
}

function asText({ columns, rows, changed }: Answer): string {
  if (columns.length > 0) {
    return `${tableOf(columns, rows)}\n(${counted(rows.length)})\n`;
  }
  return changed > 0 ? `${counted(changed)} changed\n` : "done\n";
}

function counted(n: number): string {
  return n === 1 ? "1 row" : `${n} rows`;
}

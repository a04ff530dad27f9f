/**
 * Writes each function's `deno.json` from the one table of versions, the
 * `imports` of the root `deno.json`: what the function reaches and no more.
 *
 *     deno task pins            writes them
 *     deno task pins --check    says which differ, and fails
 *
 * @module
 */
import { functionNames, reach } from "./imports.ts";

const ROOT = new URL("../", import.meta.url);
const FUNCTIONS = new URL("supabase/functions/", ROOT);

/** The `deno.json` that the function `name` should have. */
export async function pinsOf(name: string): Promise<string> {
  const table = await versionTable();
  const entry = new URL(`${name}/index.ts`, FUNCTIONS);
  const named = [...(await reach(entry)).values()].flat();
  const used = Object.entries(table).filter(([bare]) =>
    named.some((it) => it === bare || it.startsWith(`${bare}/`))
  );
  const imports = Object.fromEntries(used);
  return JSON.stringify({ imports }, undefined, 2) + "\n";
}

async function versionTable(): Promise<Readonly<Record<string, string>>> {
  const config = await Deno.readTextFile(new URL("deno.json", ROOT));
  return JSON.parse(config).imports;
}

async function main(check: boolean): Promise<void> {
  for (const name of await functionNames(FUNCTIONS)) {
    const file = new URL(`${name}/deno.json`, FUNCTIONS);
    const wanted = await pinsOf(name);
    const found = await Deno.readTextFile(file).catch(() => "");
    if (found === wanted) continue;
    if (!check) {
      await Deno.writeTextFile(file, wanted);
      continue;
    }
    // deno-lint-ignore no-console -- a command talks to a terminal
    console.error(`${name}/deno.json is out of date: run deno task pins`);
    Deno.exitCode = 1;
  }
}

if (import.meta.main) await main(Deno.args.includes("--check"));

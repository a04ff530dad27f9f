/**
 * What does a function cost to import, against supabase-js alone?
 *
 * Every measurement is a process of its own, since a module is imported once.
 * The programs take turns, so that what else the machine does meets them alike;
 * the numbers are medians, and ratios to the peer.
 *
 *     deno task bench cold_start
 *
 * @module
 */
import { functionNames } from "../tools/imports.ts";
import { startRegistry } from "../tools/jsr/registry.ts";
import { median, table } from "../tools/report.ts";

const ROUNDS = 15;

const ROOT = new URL("../", import.meta.url);
const FUNCTIONS = new URL("supabase/functions/", ROOT);

interface Program {
  readonly name: string;
  /** What is imported. */
  readonly specifier: string;
  /** Whose `deno.json` it is imported under. */
  readonly config: URL;
}

/** Milliseconds that the import takes, as the process itself sees them. */
async function measure(
  { specifier, config }: Program,
  registry: string,
): Promise<number> {
  const program = `const at = performance.now();
    await import(${JSON.stringify(specifier)});
    console.log(performance.now() - at);`;
  const { stdout, success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--quiet",
      "--no-lock",
      "--no-check",
      `--config=${config.pathname}`,
      program,
    ],
    env: { JSR_URL: registry },
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return Number(new TextDecoder().decode(stdout));
}

await using registry = await startRegistry();
const names = await functionNames(FUNCTIONS);
const programs: Program[] = names.map((name) => ({
  name,
  specifier: new URL(`${name}/index.ts`, FUNCTIONS).href,
  config: new URL(`${name}/deno.json`, FUNCTIONS),
}));
const peer: Program = {
  name: "supabase-js alone",
  specifier: "@supabase/supabase-js",
  config: new URL("signed-upload/deno.json", FUNCTIONS),
};
const shared: Program = {
  name: "_shared/endpoint.ts alone",
  specifier: new URL("_shared/endpoint.ts", FUNCTIONS).href,
  config: peer.config,
};

const all = [peer, shared, ...programs];
const times = new Map<string, number[]>(all.map(({ name }) => [name, []]));
for (let round = -1; round < ROUNDS; round++) {
  for (const program of all) {
    const ms = await measure(program, registry.url);
    // The first round fills the caches.
    if (round >= 0) times.get(program.name)?.push(ms);
  }
}

const base = median(times.get(peer.name) ?? []);
table(
  ["import", "ms, median", "÷ supabase-js"],
  Array.from(times, ([name, ms]) => {
    const middle = median(ms);
    return [name, middle.toFixed(1), (middle / base).toFixed(2)];
  }),
);

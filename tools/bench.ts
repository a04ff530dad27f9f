/**
 * `deno task bench`: runs benchmarks, one after another, each in a process of
 * its own.
 *
 *     deno task bench                 all of them
 *     deno task bench endpoint …      these
 *
 * @module
 */

const FOLDER = new URL("../bench/", import.meta.url);

/** `endpoint_bench.ts` is called `endpoint`, `start.ts` is called `start`. */
const FILE = /^(\w+?)(?:_bench)?\.ts$/;

// deno-lint-ignore no-console -- a command talks to a terminal
const say = console.log;

/** Files by the names of the benchmarks in them. */
async function benchmarks(): Promise<Map<string, URL>> {
  const found = new Map<string, URL>();
  for await (const { name: file } of Deno.readDir(FOLDER)) {
    const name = file.match(FILE)?.[1];
    if (name !== undefined) found.set(name, new URL(file, FOLDER));
  }
  return found;
}

async function main(wanted: readonly string[]): Promise<void> {
  const all = await benchmarks();
  const names = wanted.length > 0 ? wanted : [...all.keys()].sort();
  if (names.some((name) => !all.has(name))) {
    say(`Benchmarks: ${[...all.keys()].sort().join(", ")}`);
    Deno.exitCode = wanted.includes("--help") ? 0 : 1;
    return;
  }
  for (const name of names) {
    say(`\n## ${name}\n`);
    const file = all.get(name)?.href ?? "";
    const args = ["run", "--allow-all", "--quiet", "--frozen", file];
    const { success } = await new Deno.Command(Deno.execPath(), { args })
      .spawn().status;
    if (!success) Deno.exitCode = 1;
  }
}

await main(Deno.args);

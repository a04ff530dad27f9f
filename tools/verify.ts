/**
 * `deno task test`: everything that must hold before a change is kept.
 *
 *     deno task test               format, lint, types, pins, and all tests
 *     deno task test <path> …      only the tests of these files or folders
 *     deno task test:services      only the tests that need Debian's packages
 *     deno task test --services    all of it: what CI runs
 *
 * Ends with `N passed, N failed`, where each check counts as one. What was
 * ignored is neither.
 *
 * @module
 */
import { installPackages } from "./debian.ts";
import { type Count, countOf } from "./junit.ts";

const HELP = `Checks format, lint, types and pins, and runs every test.

  deno task test [--services] [path …]

  path         run the tests of these files and folders only, without the checks
  --services   run the tests of tests/services/ too, which are ignored otherwise,
               and install the Debian packages that they need: as root
  --help       this text`;

const JUNIT = ".local/junit.xml";

/**
 * Tests beside which nothing runs: they count the memory of their own process or
 * the CPU time of another, end what their process has started, or ask so much at
 * once that a busy machine is too slow for it. A house rule knows most of them.
 */
export const ALONE: readonly string[] = [
  ...["tests/animation/hostile_test.ts", "tests/avif/hostile_test.ts"],
  ...["tests/avif/reuse_test.ts", "tests/engine/hostile_test.ts"],
  ...["tests/heic/hostile_test.ts", "tests/ico/hostile_test.ts"],
  ...["tests/svg/reuse_test.ts", "tests/tiff/inflate_test.ts"],
  ...["tests/image_proxy_test.ts", "tests/budget_test.ts"],
  ...["tests/admin_faults_test.ts", "tests/sweep_test.ts"],
  ...["tests/start_test.ts", "tests/signed_upload_test.ts"],
];

/** What tests may do: talk to this machine, and run the stack they test. */
const PERMISSIONS = [
  "--allow-net=127.0.0.1",
  "--allow-env",
  "--allow-read",
  "--allow-run",
  "--allow-sys",
  "--allow-write",
];

const CHECKS: readonly [name: string, args: readonly string[]][] = [
  ["format", ["fmt", "--check", "--quiet"]],
  ["lint", ["lint", "--quiet"]],
  ["types", ["check", "--quiet", "--frozen", "."]],
  ["pins", ["run", "--allow-read", "tools/pins.ts", "--check"]],
  ["rules", ["run", "--allow-read", "tools/rules.ts", "--check"]],
];

// deno-lint-ignore no-console -- a command talks to a terminal
const say = console.log;

async function deno(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<boolean> {
  const options = { args: [...args], env: { ...env } };
  const command = new Deno.Command(Deno.execPath(), options);
  return (await command.spawn().status).success;
}

async function main(paths: string[], withServices: boolean): Promise<Count> {
  const ran: Count[] = [];
  const check = (name: string, ok: boolean) => {
    say(`${name} … ${ok ? "ok" : "FAILED"}`);
    ran.push(ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
  };
  for (const [name, args] of paths.length === 0 ? CHECKS : []) {
    check(name, await deno(args));
  }
  if (withServices) check("packages", await hasPackages());
  ran.push(await test(paths, withServices));
  return {
    passed: ran.reduce((sum, { passed }) => sum + passed, 0),
    failed: ran.reduce((sum, { failed }) => sum + failed, 0),
  };
}

async function hasPackages(): Promise<boolean> {
  try {
    await installPackages();
    return true;
  } catch (error) {
    say(error instanceof Error ? error.message : error);
    return false;
  }
}

/** Those that bear company first, as many at a time as there are cores. */
async function test(paths: string[], withServices: boolean): Promise<Count> {
  await Deno.mkdir(".local", { recursive: true });
  if (paths.length > 0) return await run(paths, withServices);
  const others = ["--parallel", `--ignore=${ALONE.join()}`];
  const together = await run(others, withServices);
  const alone = await run(ALONE, withServices);
  return {
    passed: together.passed + alone.passed,
    failed: together.failed + alone.failed,
  };
}

async function run(
  args: readonly string[],
  withServices: boolean,
): Promise<Count> {
  await Deno.remove(JUNIT).catch(() => {}); // an old one would be counted
  const options = ["--doc", "--frozen", `--junit-path=${JUNIT}`];
  const ok = await deno(
    ["test", ...options, ...PERMISSIONS, ...args],
    { PORTICO_SERVICES: withServices ? "1" : "" },
  );
  const count = countOf(await Deno.readTextFile(JUNIT).catch(() => ""));
  // It can fail without a failed test: by an error of a module, or a leak.
  return ok || count.failed > 0 ? count : { ...count, failed: 1 };
}

if (import.meta.main) {
  const paths = Deno.args.filter((it) => !it.startsWith("--"));
  if (Deno.args.includes("--help")) {
    say(HELP);
  } else {
    const count = await main(paths, Deno.args.includes("--services"));
    say(`${count.passed} passed, ${count.failed} failed`);
    Deno.exitCode = count.failed === 0 && count.passed > 0 ? 0 : 1;
  }
}

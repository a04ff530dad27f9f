/**
 * `deno task test`: everything that must hold before a change is kept.
 *
 *     deno task test            format, lint, types, pins, and all tests
 *     deno task test <path> …   only the tests of these files or folders
 *
 * Ends with `N passed, N failed`, where each check counts as one.
 *
 * @module
 */

const HELP = `Checks format, lint, types and pins, and runs every test.

  deno task test [path …]

  path      run the tests of these files and folders only, without the checks
  --help    this text`;

const JUNIT = ".local/junit.xml";

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
];

interface Count {
  passed: number;
  failed: number;
}

// deno-lint-ignore no-console -- a command talks to a terminal
const say = console.log;

async function deno(args: readonly string[]): Promise<boolean> {
  const command = new Deno.Command(Deno.execPath(), { args: [...args] });
  return (await command.spawn().status).success;
}

async function main(paths: string[]): Promise<Count> {
  const count = { passed: 0, failed: 0 };
  for (const [name, args] of paths.length === 0 ? CHECKS : []) {
    const ok = await deno(args);
    say(`${name} … ${ok ? "ok" : "FAILED"}`);
    ok ? count.passed++ : count.failed++;
  }

  await Deno.mkdir(".local", { recursive: true });
  await Deno.remove(JUNIT).catch(() => {}); // an old one would be counted
  const options = ["--doc", "--frozen", `--junit-path=${JUNIT}`];
  const ok = await deno(["test", ...options, ...PERMISSIONS, ...paths]);
  const tests = await readJunit();
  count.passed += tests.passed;
  count.failed += tests.failed;
  // It can fail without a failed test: by an error of a module, or a leak.
  if (!ok && tests.failed === 0) count.failed++;
  return count;
}

/** The totals are attributes of the first element: `tests`, `failures`, `errors`. */
async function readJunit(): Promise<Count> {
  const report = await Deno.readTextFile(JUNIT).catch(() => "");
  const total = (name: string) =>
    Number(
      report.match(new RegExp(`<testsuites [^>]*\\b${name}="(\\d+)"`))?.[1] ??
        0,
    );
  const failed = total("failures") + total("errors");
  return { passed: total("tests") - failed, failed };
}

if (import.meta.main) {
  if (Deno.args.includes("--help")) {
    say(HELP);
  } else {
    const { passed, failed } = await main(Deno.args);
    say(`${passed} passed, ${failed} failed`);
    Deno.exitCode = failed === 0 && passed > 0 ? 0 : 1;
  }
}

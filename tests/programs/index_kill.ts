/**
 * `deno task test:kill`: an index whose workers are killed, at length.
 *
 *     index_kill.ts [--changes 20000] [--seed 1] [--workers 4] [--rate 200]
 *                   [--no-kill]
 *
 * Prints what became of it as one line of JSON, and fails if anything was lost.
 * With `--no-kill` nothing goes wrong, for measuring.
 *
 * @module
 */
import { killRun, type Plan } from "../index/kill_run.ts";

function planOf(args: readonly string[]): Plan {
  const number = (name: string, usual: number) => {
    const at = args.indexOf(`--${name}`);
    return at < 0 ? usual : Number(args[at + 1]);
  };
  const isKind = args.includes("--no-kill");
  return {
    changes: number("changes", 20_000),
    seed: number("seed", 1),
    workers: number("workers", isKind ? 2 : 4),
    rate: number("rate", isKind ? Infinity : 200),
    isKind,
  };
}

const over = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  // Its PostgreSQL would go on without it.
  Deno.addSignalListener(signal, () => over.abort(new Error(signal)));
}
const report = await killRun(planOf(Deno.args), over.signal);
// deno-lint-ignore no-console -- a program says what it has found
console.log(JSON.stringify(report));
const { missing, wrong, extra, innocent, spared, drift, proof } = report;
const faults = missing + wrong + extra + innocent + spared + drift;
Deno.exit(faults + proof.queued === 0 ? 0 : 1);

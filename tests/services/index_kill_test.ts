/**
 * What is promised of an index while everything fails: nothing is lost, nothing
 * is wrong, and no row suffers for another.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { killRun } from "../index/kill_run.ts";
import { until } from "../until.ts";
import { serviceTest } from "./service.ts";

serviceTest(
  "W8 C3 workers are killed, the provider fails, the database crashes, and nothing is lost",
  async () => {
    const seed = Math.floor(Math.random() * 1e9);

    const report = await killRun({
      ...{ changes: 2_000, seed, workers: 4, rate: 150, isKind: false },
    });

    const { missing, wrong, extra, innocent, spared, drift, proof } = report;
    const { rows: _, dead: __, ...proved } = proof;
    const text = JSON.stringify(report);
    deepStrictEqual(
      { missing, wrong, extra, innocent, spared, drift },
      { missing: 0, wrong: 0, extra: 0, innocent: 0, spared: 0, drift: 0 },
      text,
    );
    deepStrictEqual(
      proved,
      { missing: 0, stale: 0, extra: 0, queued: 0 },
      text,
    );
    // It was as hard as it is meant to be.
    ok(report.byUs > 20 && report.byRows > 5 && report.restarts === 1, text);
    ok(report.dead > 0 && report.rows > 50, text);
  },
);

const PROGRAM = new URL("../programs/index_kill.ts", import.meta.url).href;

const PERMISSIONS = ["net=127.0.0.1", "env", "read", "run", "sys", "write"]
  .map((it) => `--allow-${it}`);

/** The process of the PostgreSQL that has its files in `folder`. */
async function serverIn(folder: string): Promise<number | undefined> {
  for await (const { name } of Deno.readDir(folder)) {
    const file = `${folder}/${name}/data/postmaster.pid`;
    const pid = parseInt(await Deno.readTextFile(file).catch(() => ""));
    if (pid > 0) return pid;
  }
  return undefined;
}

/** Whether there is such a process. */
function isThere(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch {
    return false;
  }
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  serviceTest(
    `a run that is ended by ${signal} leaves no server behind`,
    async () => {
      const folder = await Deno.makeTempDir();
      await Deno.chmod(folder, 0o755); // PostgreSQL is somebody else
      const program = new Deno.Command(Deno.execPath(), {
        args: ["run", "--quiet", "--frozen", ...PERMISSIONS, PROGRAM],
        env: { TMPDIR: folder },
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).spawn();
      const server = await until(() => serverIn(folder));

      program.kill(signal);

      strictEqual((await program.status).success, false);
      await until(() => Promise.resolve(!isThere(server)));
      await Deno.remove(folder); // which is empty
    },
  );
}

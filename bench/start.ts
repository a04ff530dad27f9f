/**
 * How long does the local stack take to start, the first time and later?
 *
 * The peer is what it stands on: making, and opening, an empty PGlite database
 * in a process of its own.
 *
 *     deno task bench start
 *
 * @module
 */
import { TextLineStream } from "../local/text_lines.ts";
import { median, table } from "../tools/report.ts";

const ROUNDS = 5;
const ROOT = new URL("../", import.meta.url);

const PEER = `
  import { PGlite } from "@electric-sql/pglite";
  const at = performance.now();
  const pglite = await PGlite.create(Deno.args[0]);
  await pglite.query("select 1");
  console.log("Ready after", (performance.now() - at) / 1000, "s");
  Deno.exit(0);
`;

/** Seconds from the start of the process to the line that says it is ready. */
async function measure(args: readonly string[]): Promise<number> {
  const at = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    stdout: "piped",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream());
  let seconds = NaN;
  for await (const line of lines) {
    if (!line.startsWith("Ready after")) continue;
    seconds = (performance.now() - at) / 1000;
    try {
      child.kill("SIGTERM");
    } catch {
      // The peer has ended by itself.
    }
  }
  await child.status;
  return seconds;
}

function stack(data: string): Promise<number> {
  const args = ["--port", "0", "--data", data];
  return measure(["run", "--allow-all", "--frozen", "local/main.ts", ...args]);
}

async function peer(data: string): Promise<number> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, PEER);
  const config = new URL("deno.json", ROOT).pathname;
  return await measure([
    "run",
    "-A",
    "--config",
    config,
    "--no-lock",
    file,
    data,
  ]);
}

const times: Record<string, number[]> = {
  "PGlite alone, first": [],
  "PGlite alone, later": [],
  "the stack, first": [],
  "the stack, later": [],
};

for (let round = 0; round < ROUNDS; round++) {
  const data = await Deno.makeTempDir({ prefix: "portico-bench-" });
  for (const when of ["first", "later"]) {
    times[`PGlite alone, ${when}`]?.push(await peer(`${data}/peer`));
    times[`the stack, ${when}`]?.push(await stack(`${data}/stack`));
  }
  await Deno.remove(data, { recursive: true });
}

table(
  ["start", "s, median", "÷ PGlite alone"],
  Object.entries(times).map(([name, all]) => {
    const when = name.split(", ")[1];
    const base = median(times[`PGlite alone, ${when}`] ?? []);
    return [name, median(all).toFixed(1), (median(all) / base).toFixed(2)];
  }),
);

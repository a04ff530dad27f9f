/**
 * Processes that work on an index, and do not live long.
 *
 * @module
 */
import type { Budget } from "../../supabase/functions/vector-index/policy.ts";
import type { Dice } from "./random.ts";

/** What each of them is given. */
export interface Job {
  readonly database: string;
  readonly provider: string;
  readonly budget: Partial<Budget>;
}

/** How many there are, and how long each may live. */
export interface Terms {
  readonly workers: number;
  /** From its start, in milliseconds; for ever without it. */
  readonly life?: { readonly least: number; readonly most: number };
  readonly chance: Dice;
}

/** Workers. Whoever dies is replaced until it is closed. */
export interface Crew extends AsyncDisposable {
  /** How many were killed: by us, and by what they had to do. */
  readonly kills: { byUs: number; byRows: number };
}

const PROGRAM = new URL("../programs/indexer.ts", import.meta.url).href;

const PERMISSIONS = [
  "--allow-net=127.0.0.1",
  "--allow-env",
  "--allow-sys",
  "--allow-run",
];

/** Sets `terms.workers` of them to work. */
export function hire(job: Job, { workers, life, chance }: Terms): Crew {
  const kills = { byUs: 0, byRows: 0 };
  const over = new AbortController();
  const place = async () => {
    while (!over.signal.aborted) {
      const ms = life && life.least + chance.below(life.most - life.least);
      const isOurs = await live(start(job), ms, over.signal);
      if (over.signal.aborted) return;
      if (isOurs) kills.byUs++;
      else kills.byRows++;
    }
  };
  const places = Promise.all(Array.from({ length: workers }, place));
  return {
    kills,
    async [Symbol.asyncDispose]() {
      over.abort();
      await places;
    },
  };
}

/** For `ms`, or until `over`: whether it had to be killed. */
async function live(
  worker: Deno.ChildProcess,
  ms: number | undefined,
  over: AbortSignal,
): Promise<boolean> {
  let isOurs = false;
  const end = () => {
    isOurs = true;
    try {
      worker.kill("SIGKILL");
    } catch {
      isOurs = false; // it has just ended
    }
  };
  const timer = ms === undefined ? undefined : setTimeout(end, ms);
  over.addEventListener("abort", end);
  const { signal, code } = await worker.status;
  clearTimeout(timer);
  over.removeEventListener("abort", end);
  // Who stops us at a terminal stops them as well.
  if (signal !== "SIGKILL" && signal !== "SIGINT") {
    throw new Error(`A worker has ended: ${code}`);
  }
  return isOurs;
}

function start({ database, provider, budget }: Job): Deno.ChildProcess {
  const args = ["run", "--quiet", "--frozen", "--no-check", ...PERMISSIONS];
  return new Deno.Command(Deno.execPath(), {
    args: [...args, PROGRAM, database, provider, JSON.stringify(budget)],
    stdin: "null",
    stdout: "null",
  }).spawn();
}

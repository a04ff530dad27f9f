/**
 * People who change a table, several at the same time.
 *
 * @module
 */
import type { Session } from "../services/project.ts";
import { changeOf, type Habits } from "./changes.ts";
import { codeOf, isAway } from "./outage.ts";
import { dice } from "./random.ts";

/** How much they write. */
export interface Script extends Habits {
  readonly changes: number;
  readonly seed: number;
  /** A second, all together. */
  readonly rate: number;
  /** Is told of each change, by its number from 1. */
  onChange?(n: number): void;
}

/** What people make of an error: the row that is there, and `1 / 0`. */
const REFUSED = /^(?:23505|22012)$/;

/** Deadlocks with each other, which nobody has to prevent. */
const DEADLOCK = "40P01";

/** Between two tries, while the server is away. */
const PAUSE_MS = 20;

/** Has all changes made, each by whichever of `sessions` is free. */
export async function write(
  sessions: readonly Session[],
  script: Script,
): Promise<void> {
  const { changes, seed, rate } = script;
  const chance = dice(seed);
  const began = performance.now();
  let made = 0;
  await Promise.all(sessions.map(async (sql) => {
    while (made < changes) {
      const at = ++made;
      const change = changeOf(chance, script);
      await pause(began + at * 1000 / rate - performance.now());
      await make(sql, change);
      script.onChange?.(at);
    }
  }));
}

/** Until it is made, or refused. */
async function make(sql: Session, change: string): Promise<void> {
  while (true) {
    try {
      return void await sql.unsafe(change);
    } catch (error) {
      if (isAway(error)) {
        // A client that is asked before it has noticed never answers.
        await pause(PAUSE_MS);
        continue;
      }
      await rollBack(sql);
      const code = codeOf(error);
      if (REFUSED.test(code)) return;
      if (code !== DEADLOCK) throw error;
    }
  }
}

/** A transaction of its own, which a server that has gone has ended. */
async function rollBack(sql: Session): Promise<void> {
  try {
    await sql.unsafe("rollback");
  } catch (error) {
    if (!isAway(error)) throw error;
    await pause(PAUSE_MS);
  }
}

async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise((go) => setTimeout(go, ms));
}

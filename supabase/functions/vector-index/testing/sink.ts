/**
 * A ledger of Vector buckets in memory, and a bucket that does what it is told.
 *
 * @module
 */
import type { Bucket } from "../bucket/bucket.ts";
import type { Ledger, Row, Task } from "../bucket/ledger.ts";
import { Sink, type SinkBudget } from "../bucket/sink.ts";
import { SINK } from "../policy.ts";

/** What was done, in order: the names of methods, and what they were given. */
export type Steps = [name: string, ...given: unknown[]][];

/** A run at an office, and what it has done there. */
export interface Office {
  readonly sink: Sink;
  readonly steps: Steps;
  /** The names of its steps. */
  names(): string[];
}

/** How an office differs from one where everything goes well. */
export interface Custom {
  readonly ledger?: Partial<Ledger>;
  readonly bucket?: Partial<Bucket>;
  readonly budget?: Partial<SinkBudget>;
}

const NOTHING = Promise.resolve();

/** An office where `tasks` are to be done, and then nothing. */
export function officeThat(
  tasks: readonly (Task | "done")[],
  { ledger = {}, bucket = {}, budget = {} }: Custom = {},
): Office {
  const steps: Steps = [];
  const left = [...tasks];
  const noted = <Port extends object>(port: Port): Port => {
    const entries = Object.entries(port).map(([name, act]) => [
      name,
      (...given: unknown[]) => {
        steps.push([name, ...given]);
        return act(...given);
      },
    ]);
    return Object.fromEntries(entries);
  };
  const sink = new Sink(
    noted<Ledger>({
      claim: () => Promise.resolve(left.shift() ?? "idle"),
      hold: () => Promise.resolve(true),
      settleIndex: () => NOTHING,
      settleRows: (_, { length: written }) =>
        Promise.resolve({ written, moved: 0 }),
      see: () => Promise.resolve([]),
      pause: () => NOTHING,
      ...ledger,
    }),
    noted<Bucket>({
      find: () => Promise.resolve(undefined),
      make: () => NOTHING,
      remove: () => NOTHING,
      put: () => NOTHING,
      take: () => NOTHING,
      list: () => Promise.resolve({ vectors: [], chars: 2 }),
      ...bucket,
    }),
    { ...SINK, ...budget },
  );
  return { sink, steps, names: () => steps.map(([name]) => name) };
}

/** A run for which there is nothing to do. */
export function idleSink(): Sink {
  return officeThat([]).sink;
}

/** A row with so many pieces, of which there were `there`. */
export function rowOf(n: number, pieces: number, there = 0): Row {
  return {
    ...{ key: `[${n}]`, version: `${n}`, name: `[${n}]`, seal: "ab" },
    ...{ pieces, to: pieces, keep: pieces, there },
    vectors: Array.from({ length: pieces }, (_, at) => {
      const metadata = `{"n": ${at}}`;
      return { n: at, vector: "[1]", metadata, content: `${n} ${at}` };
    }),
  };
}

/** Rows that are to be put into an index of one dimension. */
export function rowsTask(rows: readonly Row[]): Task {
  return { ...PLACE, outcome: "rows", dimensions: 1, rows };
}

/** Where all of them are. */
export const PLACE = { place: 4, bucket: "embeddings", index: "notes-1" };

/**
 * A queue of work in memory, and a model that does what it is told.
 *
 * @module
 */
import {
  type Embedder,
  EmbedFault,
  type FaultKind,
} from "../../_shared/embed/embedder.ts";
import type { Claim, Done, Queue, Row } from "../queue.ts";

/** A model, and the texts of each of its calls. */
export interface Model extends Embedder {
  readonly calls: readonly (readonly string[])[];
}

/** How a model differs from one that answers everything. */
export interface Manner {
  readonly maxBatch?: number;
  readonly isFree?: boolean;
  /** What it cannot do with some texts. */
  readonly fault?: (texts: readonly string[]) => FaultKind | undefined;
}

/** A model of two dimensions. A call costs a token a text. */
export function modelThat(
  { maxBatch = 100, isFree = false, fault = () => undefined }: Manner = {},
): Model {
  const calls: (readonly string[])[] = [];
  return {
    ...{ dimensions: 2, maxTokens: 100, maxBatch, isFree, calls },
    embed(texts) {
      calls.push(texts);
      const kind = fault(texts);
      if (kind !== undefined) {
        const retryS = kind === "limited" ? 7 : undefined;
        return Promise.reject(new EmbedFault(kind, "As it was told", retryS));
      }
      const vectors = texts.map(() => Float32Array.of(0.6, -0.8));
      return Promise.resolve({ vectors, tokens: texts.length });
    },
  };
}

/** A row of one text, whose key is a number. */
export function rowOf(n: number, text?: string): Row {
  const key = `[${n}]`;
  return { key, version: `${n}`, seal: `\\x0${n}`, text, hashes: [] };
}

/** Rows of a model of two dimensions. */
export function claimOf(rows: readonly Row[]): Claim {
  return {
    ...{ generation: 3, model: "told", dimensions: 2, buried: 0 },
    chunking: { format: "text", maxTokens: 16, overlapTokens: 0 },
    rows,
  };
}

/** A queue, and what was done to it, in order: the names of its methods. */
export interface Desk {
  readonly queue: Queue;
  readonly steps: readonly string[];
  /** Rows that were settled. */
  readonly done: readonly Done[];
}

/** What a queue says when it is asked for rows: in turn, and then nothing. */
export interface Plan {
  readonly claims?: readonly (Claim | null)[];
  readonly tends?: readonly (Awaited<ReturnType<Queue["tend"]>>)[];
}

const NOTHING_LATER = { more: false, waitS: undefined };

/** A queue that says what it is told, but for what `own` does otherwise. */
export function deskThat(
  { claims = [], tends = [] }: Plan,
  own: Partial<Queue> = {},
): Desk {
  const steps: string[] = [];
  const done: Done[] = [];
  const [rows, looks] = [[...claims], [...tends]];
  const step = <T>(name: string, answer: T) => {
    steps.push(name);
    return Promise.resolve(answer);
  };
  const queue: Queue = {
    begin: () => step("begin", "begun"),
    end: () => step("end", undefined),
    beat: () => step("beat", undefined),
    claim: () => step("claim", rows.shift() ?? null),
    reserve: () => step("reserve", { known: [], deferred: [] }),
    keep: () => step("keep", undefined),
    settle(_generation, more) {
      done.push(...more);
      return step("settle", { written: more.length, moved: 0, lost: 0 });
    },
    fail: (_generation, failed) => step("fail", failed.length),
    pause: () => step("pause", undefined),
    tend: () => step("tend", looks.shift() ?? NOTHING_LATER),
    ...own,
  };
  return { queue, steps, done };
}

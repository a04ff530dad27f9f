/**
 * The second stage of a run: what has changed in the index, into Vector buckets.
 *
 * Nothing of it must be remembered: what may be in a bucket is in the database
 * before it is sent, and what was sent twice is there once.
 *
 * @module
 */
import type { Bucket } from "./bucket.ts";
import { BucketFault } from "./fault.ts";
import { Lease, LeaseLost, type Terms } from "./lease.ts";
import type { Ledger, Row, Task } from "./ledger.ts";
import { bodiesOf, sentOf, surplusOf } from "./pieces.ts";
import { put } from "./put.ts";

/** Bounds of what one run does. What is left is another run's. */
export interface SinkBudget extends Terms {
  /** In one call. */
  readonly maxVectors: number;
  /** Of vectors that are put and seen, as `bench/README.md` says. */
  readonly maxCpuMs: number;
  /** Tasks, of which each asks the database twice and the bucket once or more. */
  readonly maxTasks: number;
  /** Calls that look for rows at fault, of one task. */
  readonly maxSearch: number;
  /** From the beginning of the run: what is begun then is brought to its end. */
  readonly wallMs: number;
}

/** What a run has done in buckets. */
export interface SinkTally {
  /** Rows that are there as they are indexed. */
  written: number;
  /** Changed meanwhile: they are to be done again. */
  moved: number;
  failed: number;
  /** Why buckets were left alone. */
  readonly paused: string[];
}

/**
 * Milliseconds of CPU, under Deno 2.1.4: of a million characters on their way, and
 * of each task. Measured as `bench/README.md` says, `deployed`.
 */
const MEGABYTE_MS = 25;
const TASK_MS = 5;

/** One run's part in buckets. */
export class Sink {
  readonly tally: SinkTally = { written: 0, moved: 0, failed: 0, paused: [] };
  #spentMs = 0;
  #tasks = 0;
  #hasWorked = false;
  readonly #endsAt: number;

  constructor(
    readonly ledger: Ledger,
    readonly bucket: Bucket,
    readonly budget: SinkBudget,
  ) {
    this.#endsAt = performance.now() + budget.wallMs;
  }

  /** Whether there was anything to do. */
  get hasWorked(): boolean {
    return this.#hasWorked;
  }

  /** Does what is due, once; whether there may be more that the run can do. */
  async step(): Promise<boolean> {
    const { ledger, budget: { maxVectors, leaseS } } = this;
    if (this.#isUsedUp()) return false;
    this.#tasks++;
    this.#spentMs += TASK_MS;
    const askedAt = performance.now();
    const task = await ledger.claim(maxVectors, leaseS);
    if (task === "idle") return false;
    this.#hasWorked = true;
    if (task === "done") return true;
    const lease = new Lease(ledger, task.place, this.budget, askedAt);
    try {
      await this.#do(task, lease);
    } catch (error) {
      if (error instanceof LeaseLost) return true;
      if (!(error instanceof BucketFault)) throw error;
      await this.#pause(task, error);
    }
    return true;
  }

  #do(task: Task, lease: Lease): Promise<void> {
    switch (task.outcome) {
      case "remove":
        return this.#remove(task, lease);
      case "make":
        return this.#make(task, lease);
      case "list":
        return this.#list(task, lease);
      case "rows":
        return this.#put(task, lease);
    }
  }

  async #remove(task: Task, lease: Lease): Promise<void> {
    await lease.during(() => this.bucket.remove(task));
    await this.ledger.settleIndex(task.place, false);
  }

  /** Empty, whatever it had: nobody knows of what is in it. */
  async #make(
    task: Task & { outcome: "make" },
    lease: Lease,
  ): Promise<void> {
    const { bucket } = this;
    const found = await lease.during(() => bucket.find(task));
    if (found !== undefined && !task.isBegun) {
      throw new BucketFault(
        "taken",
        `There is an index ${task.index} that is not ours: remove it, or have a sink of another name`,
      );
    }
    await lease.extend(true);
    if (found !== undefined) await lease.during(() => bucket.remove(task));
    try {
      await lease.during(() => bucket.make(task, task.dimensions));
    } catch (error) {
      // Somebody has made it since we looked: it must not be taken for ours.
      const isTheirs = found === undefined && isTaken(error);
      if (isTheirs) await this.ledger.settleIndex(task.place, false);
      throw error;
    }
    await this.ledger.settleIndex(task.place, true);
  }

  async #list(
    task: Task & { outcome: "list" },
    lease: Lease,
  ): Promise<void> {
    const { bucket, ledger } = this;
    const { vectors, next, chars } = await lease.during(() =>
      bucket.list(task, task)
    );
    this.#spend(chars);
    const unknown = new Set(await ledger.see(task.place, vectors, next));
    if (unknown.size === 0) return;
    await lease.during(() => bucket.take(task, [...unknown]));
    const known = vectors.filter(({ name }) => !unknown.has(name));
    await ledger.see(task.place, known, next);
  }

  async #put(
    task: Task & { outcome: "rows" },
    lease: Lease,
  ): Promise<void> {
    const { bucket, ledger, tally, budget: { maxSearch } } = this;
    const { dimensions } = task;
    const mayCall = (calls: number) => calls < maxSearch && !this.#isLate();
    const done: Row[] = [];
    const failed: { row: Row; reason: string }[] = [];
    for (const rows of bodiesOf(task.rows.map(sentOf))) {
      this.#spend(rows.reduce((sum, { bytes }) => sum + bytes, 0));
      const putting = { bucket, place: task, dimensions, lease, mayCall };
      const { taken, rejected } = await put(rows, putting);
      done.push(...taken.map(({ row }) => row));
      rejected.forEach((reason, { row }) => failed.push({ row, reason }));
    }
    const surplus = done.flatMap(surplusOf);
    if (surplus.length > 0) {
      await lease.during(() => bucket.take(task, surplus));
    }
    const { written, moved } = await ledger.settleRows(
      task.place,
      done.map(({ vectors: _, ...row }) => row),
      failed.map(({ row: { key, version }, reason }) => {
        return { key, version, reason };
      }),
    );
    tally.written += written;
    tally.moved += moved;
    tally.failed += failed.length;
  }

  async #pause({ place, index }: Task, fault: BucketFault): Promise<void> {
    const { kind, message, more: { retryS = null } } = fault;
    const reason = `${kind}: ${message}`;
    this.tally.paused.push(`${index}: ${reason}`);
    await this.ledger.pause(place, { fault: kind, reason, pauseS: retryS });
  }

  #isLate(): boolean {
    return performance.now() > this.#endsAt;
  }

  #isUsedUp(): boolean {
    const { maxTasks, maxCpuMs } = this.budget;
    return this.#tasks >= maxTasks || this.#spentMs > maxCpuMs ||
      this.#isLate();
  }

  #spend(chars: number): void {
    this.#spentMs += chars / 1e6 * MEGABYTE_MS;
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof BucketFault && error.kind === "taken";
}

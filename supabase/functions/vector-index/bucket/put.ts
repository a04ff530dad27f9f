/**
 * Rows, into a Vector bucket: all of them, or all but those that it does not take.
 *
 * @module
 */
import { type Bucket, holds, type Place } from "./bucket.ts";
import { BucketFault } from "./fault.ts";
import type { Lease } from "./lease.ts";
import type { Sent } from "./pieces.ts";

/** Where rows are put, and how. */
export interface Putting {
  readonly bucket: Bucket;
  readonly place: Place;
  readonly dimensions: number;
  readonly lease: Lease;
  /** Whether the search for rows at fault may go on after so many calls. */
  mayCall(calls: number): boolean;
}

/** What became of rows. Those that are in neither are to be tried again. */
export interface Put {
  readonly taken: readonly Sent[];
  /** Rows at fault, and why. */
  readonly rejected: ReadonlyMap<Sent, string>;
}

/**
 * Puts `rows` in one call. If that is rejected the rows at fault are found by
 * halves, as far as calls go: each is alone at fault, if the index itself is
 * what it should be.
 *
 * @throws {BucketFault} unless it is `rejected`.
 */
export async function put(
  rows: readonly Sent[],
  putting: Putting,
): Promise<Put> {
  const search = new Search(putting);
  await search.put(rows);
  return search;
}

class Search implements Put {
  readonly taken: Sent[] = [];
  readonly rejected = new Map<Sent, string>();
  #calls = 0;

  constructor(readonly putting: Putting) {}

  async put(rows: readonly Sent[]): Promise<void> {
    if (this.#calls > 0 && !this.putting.mayCall(this.#calls)) return;
    this.#calls++;
    const fault = await this.#attempt(rows);
    if (fault === undefined) {
      this.taken.push(...rows);
      return;
    }
    if (this.#calls === 1) await this.#checkIndex();
    const [row, other] = rows;
    if (row !== undefined && other === undefined) {
      this.rejected.set(row, fault.more.said || fault.message);
      return;
    }
    const half = Math.ceil(rows.length / 2);
    await this.put(rows.slice(0, half));
    await this.put(rows.slice(half));
  }

  async #attempt(rows: readonly Sent[]): Promise<BucketFault | undefined> {
    const { bucket, place, lease } = this.putting;
    const vectors = rows.flatMap((it) => it.vectors);
    if (vectors.length === 0) return undefined;
    try {
      await lease.during(() => bucket.put(place, vectors));
      return undefined;
    } catch (error) {
      const isTheirs = error instanceof BucketFault &&
        error.kind === "rejected";
      if (isTheirs) return error;
      throw error;
    }
  }

  /** That it is one that takes anything of ours. */
  async #checkIndex(): Promise<void> {
    const { bucket, place, lease, dimensions } = this.putting;
    const shape = await lease.during(() => bucket.find(place));
    if (shape === undefined) {
      throw new BucketFault("gone", "The index is not there");
    }
    if (!holds(shape, dimensions)) {
      throw new BucketFault(
        "refused",
        `The index has ${shape.dimensions} dimensions by ${shape.metric}: somebody has made another one`,
      );
    }
  }
}

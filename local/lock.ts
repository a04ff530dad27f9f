/**
 * A lock that serves whoever asked first.
 *
 * PGlite is one Postgres session. Two requests that interleave their
 * statements would run under each other's role, so each holds this lock for
 * its whole transaction.
 *
 * @module
 */

/** Who holds the lock must call what `acquire` gave, once. */
export type Release = () => void;

/** First come, first served. */
export interface Lock {
  /** Waits for every earlier holder. */
  acquire(): Promise<Release>;
  /** Runs `work` alone. */
  hold<T>(work: () => Promise<T>): Promise<T>;
}

/** A lock nobody holds. */
export function fifoLock(): Lock {
  let last: Promise<void> = Promise.resolve();

  async function acquire(): Promise<Release> {
    const earlier = last;
    const { promise, resolve } = Promise.withResolvers<void>();
    last = promise;
    await earlier;
    return resolve;
  }

  async function hold<T>(work: () => Promise<T>): Promise<T> {
    const release = await acquire();
    try {
      return await work();
    } finally {
      release();
    }
  }

  return { acquire, hold };
}

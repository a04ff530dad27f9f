/**
 * One request at a time for each resumable upload.
 *
 * A connection that is half open may hold an upload for long, so that whoever
 * comes next asks the holder to stop, and gets the upload when it has.
 *
 * @module
 */
import type { Lock, Locker, RequestRelease } from "@tus/server";
import { lockTimeout } from "./errors.ts";

/** Who has an upload now. */
interface Holder {
  readonly requestRelease: RequestRelease;
  readonly released: Promise<void>;
  release(): void;
}

/** As long as the real server waits. The holder is given three seconds. */
const PATIENCE_MS = 5_000;

/** The locks of the uploads of this process. */
export class UploadLocks implements Locker {
  readonly #held = new Map<string, Holder>();
  readonly #patienceMs: number;

  constructor(patienceMs: number = PATIENCE_MS) {
    this.#patienceMs = patienceMs;
  }

  /** A lock on the upload `id`. `lock()` throws `LockTimeout`. */
  newLock(id: string): Lock {
    return {
      lock: (_signal, requestRelease) => this.#acquire(id, requestRelease),
      unlock: () => {
        const holder = this.#held.get(id);
        this.#held.delete(id);
        holder?.release();
        return Promise.resolve();
      },
    };
  }

  /** Does `work` while no request writes to the upload `id`. */
  async hold<T>(id: string, work: () => Promise<T>): Promise<T> {
    // What ends an upload is short, and is not stopped.
    await this.#acquire(id, () => {});
    try {
      return await work();
    } finally {
      await this.newLock(id).unlock();
    }
  }

  async #acquire(id: string, requestRelease: RequestRelease): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<"late">();
    const timer = setTimeout(resolve, this.#patienceMs, "late");
    try {
      for (;;) {
        const holder = this.#held.get(id);
        if (holder === undefined) break;
        await holder.requestRelease();
        const first = await Promise.race([holder.released, late]);
        if (first === "late") throw lockTimeout();
      }
    } finally {
      clearTimeout(timer);
    }
    const { promise: released, resolve: release } = Promise
      .withResolvers<void>();
    this.#held.set(id, { requestRelease, released, release });
  }
}

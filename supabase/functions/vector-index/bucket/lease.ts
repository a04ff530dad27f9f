/**
 * What a run has of a Vector bucket, and for how long.
 *
 * @module
 */
import { seconds } from "../../_shared/units.ts";
import type { Ledger } from "./ledger.ts";

/** Somebody else may have it by now: nothing more may be sent. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";
}

/** How long a run has an index, and how long a call of it may take. */
export interface Terms {
  readonly leaseS: number;
  readonly callMs: number;
}

/**
 * Sends nothing that could arrive when somebody else has the index: a call that
 * would end after the lease is not made before the lease is longer.
 */
export class Lease {
  #endsAt: number;

  /** @param sinceMs When it was asked for: it cannot have begun before. */
  constructor(
    readonly ledger: Ledger,
    readonly place: number,
    readonly terms: Terms,
    sinceMs: number,
  ) {
    this.#endsAt = sinceMs + seconds(terms.leaseS);
  }

  /** @throws {LeaseLost} if somebody else may have what `send` is about. */
  async during<T>(send: () => Promise<T>): Promise<T> {
    const { terms: { callMs } } = this;
    if (performance.now() + callMs > this.#endsAt) await this.extend();
    return await send();
  }

  /** Makes it as long as it was. `begins`: an index is about to be made. */
  async extend(begins = false): Promise<void> {
    const { ledger, place, terms: { leaseS } } = this;
    const askedAt = performance.now();
    const isOurs = await ledger.hold(place, leaseS, begins);
    if (!isOurs) throw new LeaseLost("Somebody else has it");
    this.#endsAt = askedAt + seconds(leaseS);
  }
}

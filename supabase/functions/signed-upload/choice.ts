/**
 * How the bytes are best sent. No I/O.
 *
 * @module
 */
import { MiB } from "../_shared/units.ts";
import type { Protocol } from "./policy.ts";
import type { Wanted } from "./wanted.ts";

/**
 * Up to here one request is as good. Source: "Standard Uploads" of Supabase's
 * docs.
 */
const ONE_REQUEST_BYTES = 6 * MiB;

/** How to send the bytes. */
export interface Choice {
  readonly protocol: Protocol;
  /** Why this one. */
  readonly because: string;
}

/**
 * Which protocol to use for what is wanted.
 *
 * @example A file that is too large for one request
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { choose } from "./choice.ts";
 *
 * const wanted = { protocol: "auto", bytes: 100_000_000 } as const;
 * equal(choose(wanted, ["standard", "resumable"]).protocol, "resumable");
 * ```
 */
export function choose(
  { protocol, bytes }: Pick<Wanted, "protocol" | "bytes">,
  offered: readonly Protocol[],
): Choice {
  if (protocol !== "auto") return { protocol, because: "It was asked for" };
  const isSmall = bytes <= ONE_REQUEST_BYTES;
  const fits = offered.find((it) => (it === "standard") === isSmall);
  if (fits === undefined) {
    const [protocol = "standard"] = offered;
    return { protocol, because: "The bucket offers no other" };
  }
  return {
    protocol: fits,
    because: isSmall
      ? `One request is enough for ${bytes} bytes`
      : `Pieces survive a lost network: more than ${ONE_REQUEST_BYTES} bytes`,
  };
}

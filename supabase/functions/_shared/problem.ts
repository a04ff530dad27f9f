/**
 * Failures a caller can act on, as problem details (RFC 9457).
 *
 * A module declares the problems it can raise beside the rule that raises them,
 * and throws them. Only `endpoint.ts` catches. Anything thrown that is not a
 * `Problem` is a bug: it is reported in full and answered with a bare 500.
 *
 * @module
 */
import type { ErrorStatus } from "@std/http/status";

/** Followed by the slug of the title: its anchor in `docs/problems.md`. */
const TYPE = "urn:portico:problem:";

/** Facts about one occurrence, sent as extension members. Never secrets. */
export type Members = Readonly<Record<string, unknown>>;

/** What an occurrence has beside its words. */
export interface Circumstances {
  /** Where the standard wants one beside the status: `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For the record only: a caller never sees it. */
  readonly cause?: unknown;
}

/** A kind of failure. */
export interface Kind {
  readonly status: ErrorStatus;
  /** The same words every time, in sentence case, and never reused. */
  readonly title: string;
}

/** One occurrence of a failure that the caller can act on. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: ErrorStatus;
  readonly title: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    kind: Kind,
    detail: string,
    readonly members: Members = {},
    { headers = {}, cause }: Circumstances = {},
  ) {
    super(detail, { cause });
    this.status = kind.status;
    this.title = kind.title;
    this.headers = headers;
  }

  /** Stable, for a `switch`: the title in snake case. */
  get code(): string {
    return slug(this.title, "_");
  }

  /** The object of RFC 9457 §3. Standard members win over extensions. */
  toJSON(): Members {
    const { status, title, message: detail, code } = this;
    const type = TYPE + slug(title, "-");
    return { ...this.members, type, title, status, detail, code };
  }
}

function slug(title: string, joint: string): string {
  return title.toLowerCase().replaceAll(/[^a-z0-9]+/g, joint);
}

/**
 * Names a kind of failure, and returns the function that makes its occurrences.
 *
 * @example Declare once, throw where the rule is broken
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { problem } from "./problem.ts";
 *
 * const outOfStock = problem(409, "Out of stock");
 *
 * const error = outOfStock("Cannot reserve 3 of sku-7: 1 is left", { left: 1 });
 * equal(error.code, "out_of_stock");
 * equal(error.toJSON().left, 1);
 * ```
 */
export function problem(
  status: ErrorStatus,
  title: string,
): (detail: string, members?: Members, rest?: Circumstances) => Problem {
  const kind = { status, title };
  return (detail, members, rest) => new Problem(kind, detail, members, rest);
}

/**
 * Takes secrets and e-mail addresses out of what is about to leave. No I/O.
 *
 * @module
 */

const SECRETS: readonly [pattern: RegExp, instead: string][] = [
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, "[token]"],
  [/\bsb_secret_[\w-]+/g, "[secret key]"],
  [/\bwhsec_[\w+/=-]+/g, "[webhook secret]"],
  [/\bBearer\s+[^\s"',;]+/gi, "Bearer [token]"],
  [/([?&;](?:token|apikey|signature|key)=)[^\s"'&#;]+/gi, "$1[secret]"],
  [/[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+/g, "[e-mail]"],
];

/** Deeper than any event, and an end to cycles. */
const MAX_DEPTH = 12;

/**
 * `value` with every string cleaned, names of members included. Anything that
 * nests deeper than twelve levels is dropped.
 *
 * @example An upstream's error names a signed URL
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { scrub } from "./scrub.ts";
 *
 * const message = "GET /object/sign/a/b.png?token=abc.def failed";
 * equal(scrub(message), "GET /object/sign/a/b.png?token=[secret] failed");
 * ```
 */
export function scrub<T>(value: T): T {
  return clean(value, 0) as T;
}

function clean(value: unknown, depth: number): unknown {
  if (typeof value === "string") return cleanText(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= MAX_DEPTH) return undefined;
  if (Array.isArray(value)) return value.map((item) => clean(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map((
      [name, item],
    ) => [cleanText(name), clean(item, depth + 1)]),
  );
}

function cleanText(text: string): string {
  return SECRETS.reduce(
    (left, [pattern, instead]) => left.replaceAll(pattern, instead),
    text,
  );
}

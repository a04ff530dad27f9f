/**
 * Takes secrets and e-mail addresses out of what is about to leave. No I/O.
 *
 * A net below the rule that nothing secret is put there, and no more: a secret
 * that looks like any other word gets through.
 *
 * @module
 */

/** What ends the name of a parameter, a member or a header that is a secret. */
const SECRET_NAME =
  "(?:token|token_hash|secret|password|passwd|pwd|signature|apikey|api_key|code|key|authorization|cookie)";

const SECRETS: readonly [pattern: RegExp, instead: string][] = [
  [/\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?/g, "[token]"],
  [/\bsb_secret_[\w-]+/g, "[secret key]"],
  [/\bwhsec_[\w+/=-]+/g, "[webhook secret]"],
  [/\b(Bearer|Basic)\s+[^\s"',;]+/gi, "$1 [secret]"],
  // In a URL, and in text: ?access_token=…, password=…
  [
    new RegExp(`(\\b[\\w.-]{0,40}${SECRET_NAME}=)(?!\\[)[^\\s"'&#;]+`, "gi"),
    "$1[secret]",
  ],
  // In text and JSON: "password": "…", apikey: …
  [
    new RegExp(
      `(\\b[\\w-]{0,40}${SECRET_NAME}["']?\\s*:\\s*["']?)(?!\\[|\\d+\\b)[^\\s"',;}]+`,
      "gi",
    ),
    "$1[secret]",
  ],
  // postgres://user:password@host
  [/(\/\/[^\s/:@]{1,64}:)[^\s/@]{1,128}@/g, "$1[secret]@"],
  [/[\w.+-]{1,64}(?:@|%40)[\w-]{1,64}(?:\.[\w-]{1,64})+/g, "[e-mail]"],
];

/** Deeper than any event, and an end to cycles. */
const MAX_DEPTH = 12;

/** Of one text. More than a stack needs, and little enough to search at once. */
const MAX_LENGTH = 16 * 1024;

/**
 * `value` with every string cleaned and cut to 16,384 characters, names of
 * members included. What nests deeper than twelve levels, or was seen before,
 * is dropped.
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
  return clean(value, new Set()) as T;
}

function clean(value: unknown, above: Set<object>): unknown {
  if (typeof value === "string") return cleanText(value);
  if (typeof value !== "object" || value === null) return value;
  if (above.has(value) || above.size >= MAX_DEPTH) return undefined;
  above.add(value);
  const cleaned = Array.isArray(value)
    ? value.map((item) => clean(item, above))
    : Object.fromEntries(
      Object.entries(value).map(([name, item]) => {
        return [cleanText(name), clean(item, above)];
      }),
    );
  above.delete(value);
  return cleaned;
}

function cleanText(text: string): string {
  return SECRETS.reduce(
    (left, [pattern, instead]) => left.replaceAll(pattern, instead),
    text.slice(0, MAX_LENGTH),
  );
}

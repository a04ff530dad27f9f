import { strictEqual } from "node:assert/strict";
import { retryAfterOf } from "./retry_after.ts";

/** RFC 9110 §5.6.7, its own example. */
const DATE = "Sun, 06 Nov 1994 08:49:37 GMT";
const NOW_MS = Date.UTC(1994, 10, 6, 8, 49, 7);

const CASES: [
  why: string,
  headers: Record<string, string>,
  seconds: number | undefined,
][] = [
  ["nothing", {}, undefined],
  ["seconds", { "retry-after": "120" }, 120],
  ["half a second as a whole one", { "retry-after": "0.5" }, 1],
  ["no time at all as a second", { "retry-after": "0" }, 1],
  ["more than an hour as an hour", { "retry-after": "86400" }, 3600],
  ["a date", { "retry-after": DATE }, 30],
  [
    "a date of RFC 850",
    { "retry-after": "Sunday, 06-Nov-94 08:49:37 GMT" },
    30,
  ],
  [
    "a date that has passed",
    { "retry-after": DATE.replace("1994", "1993") },
    1,
  ],
  ["milliseconds, rounded up", { "retry-after-ms": "1001" }, 2],
  ["milliseconds first", { "retry-after-ms": "900", "retry-after": "9" }, 1],
  ["seconds, if milliseconds make no sense", {
    "retry-after-ms": "soon",
    "retry-after": "9",
  }, 9],
  ["nothing in words", { "retry-after": "soon" }, undefined],
  ["nothing before now", { "retry-after": "-5" }, undefined],
  [
    "no number that is a year to Date",
    { "retry-after": "1994-11-06" },
    undefined,
  ],
  ["nothing in an empty header", { "retry-after": "" }, undefined],
];

for (const [why, headers, expected] of CASES) {
  Deno.test(`retryAfterOf() reads ${why}`, () => {
    strictEqual(retryAfterOf(new Headers(headers), NOW_MS), expected);
  });
}

import { strictEqual } from "node:assert/strict";
import { allowsPart, type Outcome, weigh } from "./conditions.ts";

const NOW = {
  eTag: '"a,b"',
  // HTTP has seconds only.
  lastModified: new Date("2026-01-02T03:04:05.678Z"),
};
const THEN = "Fri, 02 Jan 2026 03:04:05 GMT";
const BEFORE = "Fri, 02 Jan 2026 03:04:04 GMT";

const GO: Outcome = "go on";
const KNOWN: Outcome = "not modified";
const FAILED: Outcome = "precondition failed";

const CONDITIONS: [why: string, headers: HeadersInit, expected: Outcome][] = [
  ["nothing", {}, GO],
  ["the tag", { "if-none-match": '"a,b"' }, KNOWN],
  ["the tag, weak", { "if-none-match": 'W/"a,b"' }, KNOWN],
  ["the tag among others", { "if-none-match": '"x", "a,b", "y"' }, KNOWN],
  ["any tag", { "if-none-match": "*" }, KNOWN],
  ["half of the tag", { "if-none-match": '"a' }, GO],
  ["another tag", { "if-none-match": '"b"' }, GO],
  ["the date", { "if-modified-since": THEN }, KNOWN],
  ["an earlier date", { "if-modified-since": BEFORE }, GO],
  ["no date", { "if-modified-since": "yesterday" }, GO],
  [
    "another tag before the date",
    { "if-none-match": '"b"', "if-modified-since": THEN },
    GO,
  ],
  ["a match", { "if-match": '"a,b"' }, GO],
  ["any match", { "if-match": "*" }, GO],
  ["no match", { "if-match": '"b"' }, FAILED],
  ["unmodified", { "if-unmodified-since": THEN }, GO],
  ["modified", { "if-unmodified-since": BEFORE }, FAILED],
  [
    "a match before the date",
    { "if-match": '"a,b"', "if-unmodified-since": BEFORE },
    GO,
  ],
  [
    "a failure before what is known",
    { "if-match": '"b"', "if-none-match": '"a,b"' },
    FAILED,
  ],
  [
    "what is known after a match",
    { "if-match": '"a,b"', "if-none-match": '"a,b"' },
    KNOWN,
  ],
];

for (const [why, headers, expected] of CONDITIONS) {
  Deno.test(`weigh() says "${expected}" to ${why}`, () => {
    strictEqual(weigh(new Headers(headers), NOW), expected);
  });
}

Deno.test("weigh() knows no object without a tag by a tag", () => {
  const unknown = { ...NOW, eTag: "" };
  for (const tag of ['""', ", ,", '"a,b"']) {
    const headers = new Headers({ "if-none-match": tag });
    strictEqual(weigh(headers, unknown), GO);
  }
});

const IF_RANGE: [ifRange: string | undefined, expected: boolean][] = [
  [undefined, true],
  ['"a,b"', true],
  ['"b"', false],
  ['W/"a,b"', false],
  [THEN, true],
  [BEFORE, false],
  ["Fri, 02 Jan 2026 03:04:06 GMT", false],
  ["yesterday", false],
];

for (const [ifRange, expected] of IF_RANGE) {
  Deno.test(`allowsPart() is ${expected} for If-Range: ${ifRange}`, () => {
    const headers = new Headers(
      ifRange === undefined ? {} : {
        "if-range": ifRange,
      },
    );

    strictEqual(allowsPart(headers, NOW), expected);
  });
}

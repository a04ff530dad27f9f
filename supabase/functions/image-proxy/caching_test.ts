import { strictEqual } from "node:assert/strict";
import { type Access, cacheControlOf, isUnmodified } from "./caching.ts";

const NOW = 1_800_000_000_000;
const PUBLIC: Access = { kind: "public" };
const CALLER: Access = { kind: "caller" };
const LINK: Access = { kind: "link", expires: 1_800_000_600 };

const CASES: [
  access: Access,
  cacheControl: string | undefined,
  isVersioned: boolean,
  expected: string,
][] = [
  [PUBLIC, "max-age=60", false, "public, max-age=60"],
  [PUBLIC, undefined, false, "public, max-age=3600"],
  [PUBLIC, "no-cache", false, "public, no-cache"],
  [PUBLIC, "no-store", false, "no-store"],
  [PUBLIC, "no-store", true, "no-store"],
  [PUBLIC, "x-max-age=1", false, "public, max-age=1"],
  [PUBLIC, "max-age=60", true, "public, max-age=31536000, immutable"],
  [PUBLIC, "no-cache", true, "public, max-age=31536000, immutable"],
  [CALLER, "public, max-age=60", false, "private, max-age=60"],
  [CALLER, undefined, true, "private, max-age=31536000, immutable"],
  [CALLER, "no-cache", false, "private, no-cache"],
  [LINK, "public, max-age=60", false, "private, max-age=60"],
  [LINK, "max-age=3600", false, "private, max-age=600"],
  [LINK, "max-age=3600", true, "private, max-age=600"],
  [{ kind: "link", expires: 1 }, "max-age=60", false, "private, max-age=0"],
];

for (const [access, cacheControl, isVersioned, expected] of CASES) {
  const what = `${access.kind}, ${cacheControl}, ${isVersioned}`;
  Deno.test(`I17 what is ${what} is ${expected}`, () => {
    const keeping = { access, cacheControl, isVersioned, now: NOW };

    strictEqual(cacheControlOf(keeping), expected);
  });
}

const DATE = "Sun, 22 Nov 2026 10:00:00 GMT";
const DATES: [why: string, headers: HeadersInit, expected: boolean][] = [
  ["the same second", { "if-modified-since": DATE }, true],
  [
    "a second before",
    { "if-modified-since": "Sun, 22 Nov 2026 09:59:59 GMT" },
    false,
  ],
  ["what is no date", { "if-modified-since": "yesterday" }, false],
  ["nothing", {}, false],
  [
    "a tag beside it, which says more",
    { "if-modified-since": DATE, "if-none-match": '"a"' },
    false,
  ],
];

for (const [why, headers, expected] of DATES) {
  Deno.test(`I20 isUnmodified() since ${why} is ${expected}`, () => {
    strictEqual(isUnmodified(new Headers(headers), DATE), expected);
    strictEqual(isUnmodified(new Headers(headers), undefined), false);
  });
}

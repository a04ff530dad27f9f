import { strictEqual } from "node:assert/strict";
import { ifNoneMatch } from "./etag.ts";

// Source: RFC 9110, section 8.8.3.2, table 3, with the weak comparison.
const CASES: [
  why: string,
  value: string | null,
  etag: string,
  same: boolean,
][] = [
  ["two weak tags", 'W/"1"', 'W/"1"', true],
  ["two weak tags that differ", 'W/"1"', 'W/"2"', false],
  ["a weak tag and a strong one", 'W/"1"', '"1"', true],
  ["two strong tags", '"1"', '"1"', true],
  // Section 13.1.2 has these.
  ["one of a list", '"xyzzy", "r2d2xxxx", "c3piozzzz"', '"r2d2xxxx"', true],
  ["none of a list", '"xyzzy", W/"c3piozzzz"', '"r2d2xxxx"', false],
  ["anything", "*", '"1"', true],
  ["no header", null, '"1"', false],
  ["an empty header", "", '"1"', false],
];

for (const [why, value, etag, isSame] of CASES) {
  Deno.test(`ifNoneMatch() with ${why} is ${!isSame}`, () => {
    strictEqual(ifNoneMatch(value, etag), !isSame);
  });
}

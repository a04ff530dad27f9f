import { deepStrictEqual, throws } from "node:assert/strict";
import { partOf } from "./ranges.ts";

type Case = [
  header: string | null,
  size: number,
  expected: [first: number, last: number] | "all" | "refused",
];

const CASES: Case[] = [
  [null, 10, "all"],
  ["bytes=0-0", 10, [0, 0]],
  ["bytes=0-9", 10, [0, 9]],
  ["bytes=2-5", 10, [2, 5]],
  ["BYTES=2-5", 10, [2, 5]],
  ["bytes=9-", 10, [9, 9]],
  ["bytes=9-10", 10, [9, 9]],
  ["bytes=0-99999999999999999999999", 10, [0, 9]],
  ["bytes=-1", 10, [9, 9]],
  ["bytes=-10", 10, [0, 9]],
  ["bytes=-11", 10, [0, 9]],
  ["bytes=10-", 10, "refused"],
  ["bytes=10-11", 10, "refused"],
  ["bytes=-0", 10, "refused"],
  ["bytes=0-0", 0, "refused"],
  ["bytes=-1", 0, "refused"],
  ["bytes=5-4", 10, "all"],
  ["bytes=0-1,3-4", 10, "all"],
  ["bytes=-", 10, "all"],
  ["bytes=a-b", 10, "all"],
  ["bytes 0-1", 10, "all"],
  ["seconds=0-1", 10, "all"],
];

for (const [header, size, expected] of CASES) {
  Deno.test(`partOf("${header}", ${size}) is ${expected}`, () => {
    if (expected === "refused") {
      throws(() => partOf(header, size), {
        statusCode: 416,
        headers: { "content-range": `bytes */${size}` },
      });
      return;
    }
    const part = partOf(header, size);
    if (expected === "all") return deepStrictEqual(part, undefined);
    const [first, last] = expected;
    deepStrictEqual(part, { first, last });
  });
}

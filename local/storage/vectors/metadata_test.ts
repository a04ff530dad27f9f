import { strictEqual } from "node:assert/strict";
import { excessOf, isMetadata, type Metadata } from "./metadata.ts";

/** `{"x":"…"}` of so many bytes. */
function sized(bytes: number, letter = "a"): Metadata {
  const each = new TextEncoder().encode(letter).length;
  return { x: letter.repeat((bytes - 8) / each) };
}

function counted(count: number): Metadata {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [at, 1]));
}

const KEYS = "Metadata must have at most 50 keys";
const TOTAL = "Total metadata must have at most 40960 bytes";
const FILTERABLE = "Filterable metadata must have at most 2048 bytes";

const EXCESSES: [why: string, Metadata, hidden: string[], expected?: string][] =
  [
    ["50 keys", counted(50), []],
    ["51 keys", counted(51), [], KEYS],
    ["2,048 bytes", sized(2048), []],
    ["2,049 bytes", sized(2049), [], FILTERABLE],
    ["2,050 bytes of UTF-8", sized(2050, "é"), [], FILTERABLE],
    ["40,960 bytes that are no filter's", sized(40_960), ["x"]],
    ["40,961 bytes that are no filter's", sized(40_961), ["x"], TOTAL],
  ];

for (const [why, metadata, hidden, expected] of EXCESSES) {
  Deno.test(`excessOf() ${expected ? "refuses" : "takes"} ${why}`, () => {
    strictEqual(excessOf(metadata, hidden), expected);
  });
}

const VALUES: [why: string, value: unknown, expected: boolean][] = [
  ["nothing", {}, true],
  ["values", { a: "b", c: 1, d: false }, true],
  ["lists of values", { a: ["b", 1, true], c: [] }, true],
  ["what every object has", JSON.parse('{"__proto__": "a"}'), true],
  ["null", { a: null }, false],
  ["an object", { a: { b: 1 } }, false],
  ["a list of lists", { a: [["b"]] }, false],
  ["an infinite number", { a: Infinity }, false],
  ["no object", ["a"], false],
];

for (const [why, value, expected] of VALUES) {
  Deno.test(`isMetadata() ${expected ? "takes" : "refuses"} ${why}`, () => {
    strictEqual(isMetadata(value), expected);
  });
}

import { deepStrictEqual } from "node:assert/strict";
import { specifiersOf } from "./imports.ts";

const CASES: [why: string, source: string, expected: string[]][] = [
  ["names", 'import { a } from "./a.ts";', ["./a.ts"]],
  ["types", 'import type { A } from "jose";', ["jose"]],
  ["everything", 'import * as v from "valibot";', ["valibot"]],
  ["over several lines", 'import {\n  a,\n  b,\n} from "./a.ts";', ["./a.ts"]],
  ["effects", 'import "./a.ts";', ["./a.ts"]],
  ["what is passed on", 'export { a } from "./a.ts";', ["./a.ts"]],
  ["what is loaded later", '  const a = await import("a");', ["a"]],
  ["a type that is loaded", 'type A = typeof import("a");', ["a"]],
  ["nothing of an example", ' * import { a } from "./a.ts";', []],
  ["nothing of a comment", '  // as import("a") would', []],
  ["nothing of a text", 'const text = "words from " + "here";', []],
];

for (const [why, source, expected] of CASES) {
  Deno.test(`specifiersOf() finds ${why}`, () => {
    deepStrictEqual(specifiersOf(source), expected);
  });
}

import { strictEqual, throws } from "node:assert/strict";
import { MiB } from "../_shared/units.ts";
import { MEDIA_TYPE, planUpload, type Wanted } from "./policy.ts";

function wanted(changes: Partial<Wanted> = {}): Wanted {
  const bucket = "photos";
  return { bucket, name: "me.png", type: "image/png", bytes: 9, ...changes };
}

Deno.test("planUpload() puts the file in its owner's folder", () => {
  strictEqual(planUpload("7f3c", wanted()).path, "7f3c/me.png");
});

Deno.test("planUpload() takes a file of exactly the limit", () => {
  planUpload("7f3c", wanted({ bytes: 10 * MiB }));
});

const REFUSED: [title: string, why: string, changes: Partial<Wanted>][] = [
  ["Upload too large", "one byte too many", { bytes: 10 * MiB + 1 }],
  ["File type not allowed", "another bucket's type", { type: "text/plain" }],
  ["File type not allowed", "a parameter", { type: "image/png;q=1" }],
  ["Invalid object path", "a name with a folder", { name: "a/b.png" }],
];

for (const [title, why, changes] of REFUSED) {
  Deno.test(`planUpload() refuses ${why}`, () => {
    throws(() => planUpload("7f3c", wanted(changes)), { title });
  });
}

const TYPES: [expected: boolean, type: string][] = [
  [true, "image/png"],
  [true, "image/svg+xml"],
  [true, "application/vnd.ms-excel.12"],
  [false, "image/*"],
  [false, "image"],
  [false, "image/png; q=1"],
  [false, "image/png\n"],
  [false, `image/${"x".repeat(128)}`],
];

for (const [expected, type] of TYPES) {
  const shown = JSON.stringify(type.slice(0, 30));
  Deno.test(`MEDIA_TYPE is ${expected} for ${shown}`, () => {
    strictEqual(MEDIA_TYPE.test(type), expected);
  });
}

import { deepStrictEqual, strictEqual } from "node:assert/strict";
import * as v from "valibot";
import { MEDIA_TYPE, wanted } from "./wanted.ts";

const PHOTO = { bucket: "photos", name: "a.png", type: "image/png", bytes: 9 };

/** What is wrong with a photo that has these `changes`, by field. */
function complaints(changes: Readonly<Record<string, unknown>>): unknown[] {
  const { issues = [] } = v.safeParse(wanted, { ...PHOTO, ...changes });
  return issues.map(({ path }) => path?.map(({ key }) => key).join("/"));
}

const ACCEPTED: [why: string, changes: Record<string, unknown>][] = [
  ["no more than that", {}],
  ["a checksum", { sha256: "0a".repeat(32) }],
  ["a checksum in upper case", { sha256: "0A".repeat(32) }],
  ["no caching", { cacheControl: 0 }],
  ["a year of caching", { cacheControl: 31_536_000 }],
  ["no metadata", { metadata: {} }],
  ["metadata that speaks of NUL", { metadata: { a: "\\u0000" } }],
  ["2,048 bytes of metadata", { metadata: { a: "x".repeat(2040) } }],
  ["a protocol", { protocol: "resumable" }],
  ["no name where the path has none", {
    ...{ bucket: "documents", type: "text/plain", name: undefined },
  }],
];

for (const [why, changes] of ACCEPTED) {
  Deno.test(`wanted takes ${why}`, () => {
    deepStrictEqual(complaints(changes), []);
  });
}

const REFUSED: [
  field: string,
  why: string,
  changes: Record<string, unknown>,
][] = [
  ["name", "no name where the path has one", { name: undefined }],
  ["sha256", "a short checksum", { sha256: "0a" }],
  ["sha256", "a checksum that is no hex", { sha256: "g".repeat(64) }],
  ["sha256", "a checksum as a number", { sha256: 1 }],
  ["cacheControl", "negative caching", { cacheControl: -1 }],
  ["cacheControl", "half a second of caching", { cacheControl: 0.5 }],
  ["cacheControl", "a second more than a year", { cacheControl: 31_536_001 }],
  ["cacheControl", "caching as text", { cacheControl: "max-age=1\r\nx: y" }],
  ["metadata", "2,049 bytes of metadata", {
    metadata: { a: "x".repeat(2041) },
  }],
  ["metadata", "metadata of fewer letters and more bytes", {
    metadata: { a: "é".repeat(1021) },
  }],
  ["metadata", "metadata as a list", { metadata: [1] }],
  ["metadata", "metadata with NUL, deep inside", {
    metadata: { a: [{ b: "x\0" }] },
  }],
  ["metadata", "metadata with NUL in a name", { metadata: { "\0": 1 } }],
  ["metadata", "metadata as text", { metadata: "{}" }],
  ["protocol", "a protocol that is none", { protocol: "ftp" }],
];

for (const [field, why, changes] of REFUSED) {
  Deno.test(`wanted refuses ${why}`, () => {
    deepStrictEqual(complaints(changes), [field]);
  });
}

Deno.test("wanted says of several fields at once what is wrong", () => {
  const wrong = { name: undefined, bytes: 0, protocol: "ftp" };

  deepStrictEqual(complaints(wrong).sort(), ["bytes", "name", "protocol"]);
});

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

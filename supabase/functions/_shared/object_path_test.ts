import { ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { isObjectKey, objectPath } from "./object_path.ts";

const OWNER = "7f3c0b1e-0000-4000-8000-000000000001";

/** Any text, and text made of what has broken path checks before. */
const segment = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.array(
    fc.constantFrom(
      ...["..", ".", "/", "\\", "%2e", "%2E", "%252e", "%00", "\0", "\t", "\n"],
      ...["\r", "?", "#", ";", ":", " ", "\u200b", "\ufeff", "．", "․", "a"],
      ...["%c0%ae", "::$DATA", "~", "é", "e\u0301", "@", "user", OWNER],
    ),
    { maxLength: 6 },
  ).map((parts) => parts.join("")),
);

Deno.test("objectPath() is refused, or means the same to a URL parser", () => {
  fc.assert(
    fc.property(
      fc.array(segment, { minLength: 1, maxLength: 4 }),
      (segments) => {
        let path: string;
        try {
          path = objectPath([OWNER, ...segments]);
        } catch {
          return;
        }
        const base = "http://storage/storage/v1/object/photos/";
        // As storage-js builds it: the path goes into the URL as it stands.
        strictEqual(new URL(`${base}${path}`).href, `${base}${path}`);
        strictEqual(path.split("/").length, segments.length + 1);
        ok(path.startsWith(`${OWNER}/`));
        strictEqual(path, path.normalize("NFKC"));
      },
    ),
    { numRuns: 20_000 },
  );
});

Deno.test("objectPath() takes every name of plain letters", () => {
  const unit = fc.constantFrom(..."abcXYZ019_-");
  const plain = fc.string({ unit, minLength: 1, maxLength: 255 });
  fc.assert(fc.property(plain, (name) => {
    strictEqual(objectPath([OWNER, name]), `${OWNER}/${name}`);
  }));
});

const REFUSED: [why: string, segments: string[]][] = [
  ["no segment", []],
  ["an empty segment", ["a", ""]],
  ["a segment of 256 bytes", ["a".repeat(256)]],
  ["1025 bytes", [
    "a".repeat(255),
    ..."bcde".split("").map((c) => c.repeat(192)),
  ]],
  ["5,000 segments", Array.from({ length: 5_000 }, () => "a")],
];

for (const [why, segments] of REFUSED) {
  Deno.test(`objectPath() refuses ${why}`, () => {
    throws(() => objectPath(segments), { title: "Invalid object path" });
  });
}

Deno.test("isObjectKey() is false, or encoded it means the same to a URL parser", () => {
  const unit = fc.constantFrom(..."ab./ .!-*'()&$@=;:+,_?#%\\\té");
  const text = fc.oneof(fc.string({ unit, maxLength: 12 }), segment);
  let taken = 0;
  fc.assert(
    fc.property(text.filter(isObjectKey), (key) => {
      taken++;
      const url = `http://storage/object/photos/${encodeURI(key)}`;
      const { href, pathname } = new URL(`${url}?token=x`);
      strictEqual(href, `${url}?token=x`);
      strictEqual(decodeURI(pathname), `/object/photos/${key}`);
    }),
    { numRuns: 5_000 },
  );
  ok(taken >= 5_000);
});

const KEYS: [expected: boolean, key: string][] = [
  [true, "a"],
  [true, `${OWNER}/my file (1).pdf`],
  [true, "a".repeat(1024)],
  [true, "..."],
  [false, "a".repeat(1025)],
  [false, ""],
  [false, "/a"],
  [false, "a/"],
  [false, "a//b"],
  [false, "."],
  [false, "a/../b"],
  [false, "a/%2e%2e/b"],
  [false, "a\\b"],
  [false, "a?b"],
  [false, "a#b"],
  [false, "a\nb"],
  [false, "é"],
];

for (const [expected, key] of KEYS) {
  const shown = JSON.stringify(key.slice(0, 30));
  Deno.test(`isObjectKey() is ${expected} for ${shown} of ${key.length}`, () => {
    strictEqual(isObjectKey(key), expected);
  });
}

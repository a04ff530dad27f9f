import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { composed, isBlank, safe } from "./safe.ts";

Deno.test("safe() takes what Postgres refuses, and is done after once", () => {
  const units = fc.array(fc.integer({ min: 0, max: 0xffff }));
  fc.assert(
    fc.property(units, (codes) => {
      const text = safe(String.fromCharCode(...codes));

      strictEqual(text.includes("\0"), false);
      strictEqual(text.isWellFormed(), true);
      strictEqual(safe(text), text);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("safe() keeps tabs, and makes line breaks one", () => {
  strictEqual(safe("a\tb\r\nc\u0085d\ve"), "a\tb\nc\nd e");
});

Deno.test("composed() is what Unicode composes, up to 30 marks on a letter", () => {
  const marks = "\u0301\u0323".repeat(15);

  strictEqual(composed(`a${marks} b`), `a${marks} b`.normalize("NFC"));
  strictEqual(composed(`a${marks}\u0301 b`), `a${marks} b`.normalize("NFC"));
});

// Composed as they are, they take minutes.
Deno.test("composed() ends with 1 MB of marks on a letter", () => {
  const text = "a" + "\u0301\u0323".repeat(500_000);

  strictEqual(composed(text).length <= 31, true);
});

const BLANK: [text: string, is: boolean][] = [
  ["", true],
  [" \n\u00A0\u3000\u200B\u200D\uFE0F\uFEFF", true],
  ["\u3164\u115F", true],
  [" a", false],
  ["\u2800", false],
  ["\u{1F680}", false],
];

for (const [text, is] of BLANK) {
  Deno.test(`isBlank() is ${is} for ${JSON.stringify(text)}`, () => {
    strictEqual(isBlank(text), is);
  });
}

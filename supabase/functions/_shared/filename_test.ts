import { match, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { attachment, downloadParameter, isFilename } from "./filename.ts";

const TAKEN: [why: string, name: string, parameter: string][] = [
  ["letters", "plan.pdf", "plan.pdf"],
  ["one letter", "a", "a"],
  ["spaces inside", "my plan.pdf", "my%20plan.pdf"],
  ["an umlaut", "Übersicht.pdf", "%C3%9Cbersicht.pdf"],
  ["a decomposed umlaut", "U\u0308.pdf", "%C3%9C.pdf"],
  ["an emoji", "🗺.pdf", "%F0%9F%97%BA.pdf"],
  ["a joined emoji", "👩‍🚀", "%F0%9F%91%A9%E2%80%8D%F0%9F%9A%80"],
  ["Arabic", "خطة.pdf", "%D8%AE%D8%B7%D8%A9.pdf"],
  ["parentheses", "a (1).pdf", "a%20%5B1%5D.pdf"],
  ["an apostrophe", "Ann's.pdf", "Ann%E2%80%99s.pdf"],
  ["a percent sign", "100%.pdf", "100%25.pdf"],
  ["what looks encoded", "%2e%2e", "%252e%252e"],
  ["a parameter", "a&token=b;c", "a%26token%3Db%3Bc"],
  ["255 bytes", "a".repeat(255), "a".repeat(255)],
];

for (const [why, name, parameter] of TAKEN) {
  Deno.test(`isFilename() takes ${why}`, () => {
    strictEqual(isFilename(name), true);
    strictEqual(downloadParameter(name), parameter);
  });
}

const REFUSED: [why: string, name: string][] = [
  ["nothing", ""],
  ["a line feed", "a\nb"],
  ["a carriage return and a header", "a\r\nset-cookie: x"],
  ["NUL", "a\0.pdf"],
  ["DEL", "a\x7f"],
  ["a control of C1", "a\x85b"],
  ["a line separator", "a\u2028b"],
  ["a double quote", 'a".pdf'],
  ["a slash", "a/b"],
  ["a backslash", "a\\b"],
  ["a climb", "../a"],
  ["a dot", "."],
  ["two dots", ".."],
  ["a dot in front", ".bashrc"],
  ["a dot behind", "a.exe."],
  ["a space in front", " a"],
  ["a space behind", "a "],
  ["a full-width space behind", "a\u3000"],
  ["a colon", "a:b"],
  ["a star", "*"],
  ["right-to-left override", "a\u202Egpj.exe"],
  ["an isolate", "a\u2066b"],
  ["a right-to-left mark", "a\u200Fb"],
  ["an Arabic letter mark", "a\u061Cb"],
  ["a zero-width space", "a\u200Bb"],
  ["a byte order mark", "a\uFEFFb"],
  ["a soft hyphen", "a\u00ADb"],
  ["a tag", "a\u{E0041}"],
  ["a private character", "a\uE000"],
  ["half a pair", "a\uD83D"],
  ["256 bytes", "a".repeat(256)],
  ["128 letters of 256 bytes", "é".repeat(128)],
  ["3,000 letters", "a".repeat(3000)],
];

for (const [why, name] of REFUSED) {
  Deno.test(`isFilename() refuses ${why}`, () => {
    strictEqual(isFilename(name), false);
  });
}

Deno.test("downloadParameter() is what RFC 8187 lets stand in a header", () => {
  // attr-char and pct-encoded, RFC 8187 §3.2.1.
  const value = /^(?:[A-Za-z0-9!#$&+.^_`|~-]|%[0-9A-F]{2})+$/;
  const name = fc.string({ unit: "binary", maxLength: 60 }).filter(isFilename);
  fc.assert(fc.property(name, (it) => match(downloadParameter(it), value)), {
    numRuns: 2_000,
  });
});

Deno.test("U18 attachment() is one header of ASCII, whatever the name", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1 }), (name) => {
      fc.pre(isFilename(name));
      const header = attachment(name);
      // RFC 6266 §4.1 and RFC 8187 §3.2.1: quoted text, and characters that
      // need no encoding.
      match(
        header,
        /^attachment; filename="[ !#$&-\[\]-~]+"; filename\*=UTF-8''[\w.!~*%-]+$/,
      );
      const encoded = header.split("UTF-8''")[1] ?? "";
      strictEqual(decodeURIComponent(encoded).length > 0, true);
    }),
  );
});

import { deepStrictEqual } from "node:assert/strict";
import { accepts } from "./negotiation.ts";

const CASES: [why: string, accept: string | undefined, expected: string[]][] = [
  // Source: RFC 9110, section 12.5.1.
  [
    "the weights of the standard's example",
    "text/plain; q=0.5, text/html, text/x-dvi; q=0.8, text/x-c",
    ["text/html", "text/x-c", "text/x-dvi", "text/plain"],
  ],
  [
    "what Chromium sends for an image",
    "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
    [
      ...["image/avif", "image/webp", "image/apng", "image/svg+xml"],
      ...["image/*", "*/*"],
    ],
  ],
  ["a weight of zero", "image/webp;q=0, image/png", ["image/png"]],
  ["a wildcard", "*/*", ["*/*"]],
  ["no header", undefined, ["*/*"]],
  ["what is no media range", ", ;;, webp, /", []],
];

for (const [why, accept, expected] of CASES) {
  Deno.test(`accepts() with ${why}`, () => {
    const headers = new Headers(accept === undefined ? {} : { accept });

    deepStrictEqual(accepts({ headers }), expected);
  });
}

import { deepStrictEqual } from "node:assert/strict";
import { newerFormats } from "./accept.ts";

const CASES: [why: string, accept: string | undefined, formats: string[]][] = [
  [
    "I15 a browser",
    "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
    ["avif", "webp"],
  ],
  [
    "I15 one that names them the other way round",
    "image/webp,image/avif,image/*;q=0.8",
    ["avif", "webp"],
  ],
  ["I15 one that knows WebP alone", "image/webp,*/*", ["webp"]],
  ["I15 any type", "*/*", []],
  ["I15 any image", "image/*", []],
  ["I15 no header", undefined, []],
  ["I15 one that refuses WebP", "image/avif, image/webp;q=0", ["avif"]],
  ["I15 one that says nothing", "image/webp;q=0.000", []],
  ["I15 garbage", ";;,/,image/webp/2;q=", []],
  ["I15 a type that begins alike", "image/webpx", []],
];

for (const [why, accept, formats] of CASES) {
  Deno.test(`${why}: newerFormats() are ${formats.join(", ") || "none"}`, () => {
    const headers = new Headers(accept === undefined ? {} : { accept });

    deepStrictEqual(newerFormats(headers), formats);
  });
}

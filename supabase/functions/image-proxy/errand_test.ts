import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { type ImageOptions, optionsIn } from "../_shared/image_options.ts";
import type { NewerFormat } from "./accept.ts";
import { type Errand, errandFor, lackOf } from "./errand.ts";
import type { Header, SourceFormat } from "./header/header.ts";
import { wishOf } from "./wish.ts";

const PLACE = { bucket: "shop", path: "a.jpg" };

function errand(
  query: string,
  format: SourceFormat = "jpeg",
  newer: readonly NewerFormat[] = [],
): Errand {
  const options: ImageOptions = optionsIn(query) ?? {};
  const size = { width: 4000, height: 1000 };
  const header: Header = { format, size, passes: 1, keptBytes: 0 };
  const seen = { place: PLACE, etag: "v1", header };
  return errandFor(seen, { wish: wishOf(options, "trusted"), newer });
}

Deno.test("errandFor() says everything, whatever was left out", () => {
  deepStrictEqual(errand("width=200&height=100"), {
    place: PLACE,
    etag: "v1",
    width: 200,
    height: 100,
    resize: "cover",
    gravity: "ce",
    format: "jpeg",
    isOriginal: true,
    quality: 80,
    background: "ffffff",
    isEnlarged: false,
  });
});

const SHAPES: [query: string, expected: Partial<Errand>][] = [
  // imgproxy keeps the other side of a picture that it stretches by one.
  ["width=200&resize=fill", { width: 200, resize: "contain" }],
  ["height=200", { height: 200, resize: "contain" }],
  ["quality=50", { width: 2500, height: 2500, resize: "contain" }],
  ["width=9&height=9&gravity=no", { resize: "cover", gravity: "no" }],
  ["width=9&height=9&resize=contain&gravity=no", { gravity: "ce" }],
  ["width=9&gravity=no", { gravity: "ce" }],
  [
    "width=9&height=9&gravity=fp&x_offset=0.25&y_offset=1",
    { gravity: { x: 0.25, y: 1 } },
  ],
  ["width=1000&height=1000&resize=fill", { isEnlarged: false }],
  // A side of 1001 is longer than the picture, if that lies on its side.
  ["width=1001&height=1&resize=fill", { isEnlarged: true }],
];

for (const [query, expected] of SHAPES) {
  Deno.test(`errandFor() makes ${JSON.stringify(expected)} of ${query}`, () => {
    const made: Partial<Errand> = errand(query);

    const names = Object.keys(expected) as (keyof Errand)[];
    deepStrictEqual(
      Object.fromEntries(names.map((name) => [name, made[name]])),
      expected,
    );
  });
}

const BOTH: readonly NewerFormat[] = ["avif", "webp"];

const FORMATS: [
  query: string,
  source: SourceFormat,
  newer: readonly NewerFormat[],
  format: string,
][] = [
  ["width=9", "jpeg", BOTH, "avif"],
  ["width=9", "jpeg", ["webp"], "webp"],
  ["width=9", "jpeg", [], "jpeg"],
  ["width=9", "png", [], "png"],
  // What may show through is not lost.
  ["width=9", "webp", [], "png"],
  ["width=9&format=origin", "webp", [], "webp"],
  ["width=9&format=jpeg", "png", BOTH, "jpeg"],
];

for (const [query, source, newer, format] of FORMATS) {
  const who = newer.join(" and ") || "nothing newer";
  Deno.test(`I15 somebody else makes ${format} of ${query}, ${source} and ${who}`, () => {
    const made = errand(query, source, newer);

    strictEqual(made.format, format);
    strictEqual(made.isOriginal, source === format);
  });
}

const LACKS: [query: string, source: SourceFormat, lacks: boolean][] = [
  ["width=9&format=webp", "jpeg", false],
  ["width=9&format=avif", "png", false],
  ["width=9&format=origin", "png", false],
  ["width=9&format=jpeg", "jpeg", false],
  ["width=9&format=png", "jpeg", true],
  ["width=9&format=jpeg&background=000000", "png", true],
  ["width=9&format=webp&background=000000", "png", false],
  ["width=9", "webp", true],
  ["width=9&format=origin", "gif", false],
  ["width=9&format=gif", "jpeg", true],
  // Its own would be the file as it is.
  ["width=9&format=origin", "svg", true],
  ["width=9&format=origin", "heic", true],
  ["width=900&height=900&resize=fill", "jpeg", false],
  ["width=900&height=1100&resize=fill", "jpeg", true],
  ["width=900&height=1100&resize=cover", "jpeg", false],
];

for (const [query, source, lacks] of LACKS) {
  Deno.test(`lackOf() finds ${lacks ? "a" : "no"} lack of Storage for ${query} of ${source}`, () => {
    const asked = errand(query, source);

    strictEqual(lackOf("storage", asked) !== undefined, lacks);
    strictEqual(lackOf("imgproxy", asked), undefined);
  });
}

for (const name of ["storage", "imgproxy"] as const) {
  Deno.test(`lackOf() finds that ${name} makes no placeholders`, () => {
    const asked = errand("placeholder=blurhash", "jpeg");

    match(lackOf(name, asked) ?? "", /^Placeholders/);
  });
}

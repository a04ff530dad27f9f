import { notStrictEqual, strictEqual, throws } from "node:assert/strict";
import { PLACEHOLDERS } from "../_shared/image_formats.ts";
import { type ImageOptions, optionsIn } from "../_shared/image_options.ts";
import { LADDER } from "./policy.ts";
import { textOf, wishOf } from "./wish.ts";

function textFor(query: string): string {
  const options: ImageOptions = optionsIn(query) ?? {};
  return textOf(wishOf(options, "trusted"));
}

// The second is the first, said otherwise.
const SAME: [why: string, one: string, other: string][] = [
  ["order", "width=1&height=2", "height=2&width=1"],
  ["a default spelt out", "width=9&height=9", "height=9&width=9&resize=cover"],
  ["the usual quality", "width=9", "width=9&quality=80"],
  ["the usual gravity", "width=9&height=8", "gravity=ce&width=9&height=8"],
  ["two pixels for one", "width=400", "width=200&dpr=2"],
  ["a fit without a box", "width=9", "width=9&resize=fill"],
  [
    "gravity without a cut",
    "width=9&height=9&resize=contain",
    "width=9&height=9&resize=contain&gravity=so",
  ],
  ["white", "width=9", "width=9&background=ffffff"],
  ["a name to save under", "width=9", "width=9&download=a.webp"],
  ["more than is made", "width=2500", "width=2400&dpr=3"],
];

for (const [why, one, other] of SAME) {
  Deno.test(`I16 ${why}: the same picture has the same key`, () => {
    strictEqual(textFor(one), textFor(other));
  });
}

const OTHER: [one: string, other: string][] = [
  ["width=9", "height=9"],
  ["width=9", "width=9&quality=81"],
  ["width=9", "width=9&format=webp"],
  ["placeholder=blurhash", "placeholder=thumbhash"],
  ["placeholder=lqip", "placeholder=lqip&background=000000"],
  ["width=9&format=origin", "width=9"],
  ["width=9", "width=9&background=000000"],
  ["width=9&height=8", "width=9&height=8&gravity=no"],
  ["width=9&height=8", "width=9&height=8&resize=fill"],
  ["width=9&height=8", "width=9&height=8&gravity=fp&x_offset=0.1&y_offset=0.1"],
  ["width=1&height=19", "width=11&height=9"],
];

for (const [one, other] of OTHER) {
  Deno.test(`I16 ${one} and ${other} have keys of their own`, () => {
    notStrictEqual(textFor(one), textFor(other));
  });
}

const REFUSED: [why: string, query: string][] = [
  ["a width beside the ladder", "width=100"],
  ["another height", "width=384&height=200"],
  ["a quality of one's own", "width=384&quality=81"],
  ["no size", "quality=80"],
  ["a height alone", "height=384"],
  ["a colour behind", "width=384&background=000000"],
  ["gravity", "width=384&height=384&gravity=no"],
  ["a GIF by name", "width=384&format=gif"],
  ["a BMP by name", "width=384&format=bmp"],
  ["a TIFF by name", "width=384&format=tiff"],
  ["a preset that is not there", "preset=poster"],
  ["a preset of a prototype", "preset=constructor"],
];

for (const [why, query] of REFUSED) {
  Deno.test(`wishOf() does not make ${why} for everybody`, () => {
    const options = optionsIn(query) ?? {};

    throws(() => wishOf(options, "public"), {
      title: "Image size not offered",
      status: 422,
    });
  });
}

Deno.test("wishOf() makes what is on the ladder for everybody", () => {
  for (const width of LADDER.widths) {
    for (const quality of [undefined, ...LADDER.qualities]) {
      for (const height of [undefined, width]) {
        strictEqual(wishOf({ width, height, quality }, "public").width, width);
      }
    }
  }
});

Deno.test("wishOf() makes every placeholder for everybody", () => {
  for (const placeholder of PLACEHOLDERS) {
    const wish = wishOf({ placeholder }, "public");

    strictEqual(wish.format, placeholder);
    strictEqual(wish.resize, "contain");
  }
});

// So that nobody can run up a bill: per source, and each once.
Deno.test("few pictures of one source can be asked for by everybody", () => {
  const texts = new Set<string>();
  const resizes = [undefined, "cover", "contain", "fill"] as const;
  const formats = [undefined, "origin", "webp", "avif", "jpeg", "png"] as const;
  for (const width of LADDER.widths) {
    for (const height of [undefined, width]) {
      for (const quality of LADDER.qualities) {
        for (const dpr of [1, 2, 3]) {
          for (const resize of resizes) {
            for (const format of formats) {
              const options = { width, height, quality, dpr, resize, format };
              texts.add(textOf(wishOf(options, "public")));
            }
          }
        }
      }
    }
  }

  strictEqual(texts.size < 2_000, true, `${texts.size}`);
});

Deno.test("wishOf() makes no side longer than Storage does, of the same shape", () => {
  const { width, height } = wishOf(
    { width: 2000, height: 1000, dpr: 2 },
    "trusted",
  );

  strictEqual(width, 2500);
  strictEqual(height, 1250);
});

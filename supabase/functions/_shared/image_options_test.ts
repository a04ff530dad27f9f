import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { optionsIn } from "./image_options.ts";

Deno.test("optionsIn() reads all there are", () => {
  const text = "width=800&height=2500&resize=fill&quality=20&format=avif" +
    "&gravity=fp&x_offset=0.25&y_offset=1&dpr=3&background=00ff7f" +
    "&version=a-b_c&download=%C3%BC.webp";

  deepStrictEqual({ ...optionsIn(text) }, {
    width: 800,
    height: 2500,
    resize: "fill",
    quality: 20,
    format: "avif",
    gravity: "fp",
    x_offset: 0.25,
    y_offset: 1,
    dpr: 3,
    background: "00ff7f",
    version: "a-b_c",
    download: "ü.webp",
  });
});

const NUMBERS = [
  ...[
    "NaN",
    "Infinity",
    "-1",
    "+1",
    "0",
    "1.5",
    "1e3",
    "0x10",
    "٣",
    " 5",
    "5 ",
  ],
  ...["4294967296", "007", "2501", "", "1,000", "9".repeat(400)],
];

for (const text of NUMBERS) {
  Deno.test(`I1 a width of ${JSON.stringify(text.slice(0, 20))} is none`, () => {
    const query = new URLSearchParams({ width: text });

    strictEqual(optionsIn(String(query)), undefined);
  });
}

const OTHERS: [why: string, query: string][] = [
  ["I2 a parameter given twice", "width=1&width=1"],
  ["I2 a parameter given twice with two values", "width=1&width=2"],
  ["I2 an array", "width[]=1"],
  ["I2 upper case", "Width=1"],
  ["I2 an unknown parameter", "width=1&blur=3"],
  ["I2 a semicolon", "width=1;height=2"],
  ["I2 a URL", "url=http://127.0.0.1/"],
  ["I2 upper case in a value", "resize=Cover"],
  ["I2 a placeholder that is none", "placeholder=blur"],
  ["I2 a placeholder of a size", "placeholder=lqip&width=9"],
  ["I2 a placeholder of a preset", "placeholder=lqip&preset=thumb"],
  ["I2 a format that nobody writes", "format=heic"],
  ["I2 a background of other letters", "background=FFFFFF"],
  ["I2 a background of three digits", "background=fff"],
  ["I2 a quality below Storage's", "quality=19"],
  ["I2 a quality above Storage's", "quality=101"],
  ["I2 a screen of four pixels", "dpr=4"],
  ["I2 a gravity that guesses", "gravity=sm"],
  ["I2 a point without its place", "gravity=fp&x_offset=0.5"],
  ["I2 offsets without a point", "x_offset=0.5&y_offset=0.5"],
  [
    "I2 an offset with a zero at its end",
    "gravity=fp&x_offset=0.50&y_offset=1",
  ],
  ["I2 an offset of four digits", "gravity=fp&x_offset=0.1234&y_offset=1"],
  ["I2 an offset outside", "gravity=fp&x_offset=1.1&y_offset=1"],
  ["I2 a preset with a width", "preset=card&width=1"],
  ["I2 a preset with a format", "preset=card&format=png"],
  ["I2 a preset of a strange name", "preset=__proto__"],
  ["I2 a file name with a line break", "download=a%0d%0ab"],
  ["I2 a version that is no ETag", "version=a%20b"],
];

for (const [why, query] of OTHERS) {
  Deno.test(`${why} is refused`, () => {
    strictEqual(optionsIn(query), undefined);
  });
}

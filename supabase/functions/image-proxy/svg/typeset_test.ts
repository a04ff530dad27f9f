import { strictEqual } from "node:assert/strict";
import { readDrawing } from "./header.ts";
import { sized } from "./sized.ts";
import { familyOf, typeset } from "./typeset.ts";

const FAMILIES: [list: string, family: string | undefined][] = [
  ["serif", "Tinos"],
  ["sans-serif", "Arimo"],
  ["monospace", "Cousine"],
  ["Times,serif", "Tinos"],
  ["'Times New Roman'", "Tinos"],
  ["DejaVu Sans Mono", "Cousine"],
  ["DejaVu Sans, serif", "Arimo"],
  ["DejaVu Serif, sans-serif", "Tinos"],
  ["Inter, &quot;Segoe UI&quot;, sans-serif", "Arimo"],
  ["&apos;Courier New&apos;,serif", "Cousine"],
  ["SFMono-Regular, Menlo", "Cousine"],
  ["Inter", undefined],
  ["inherit", undefined],
  ["", undefined],
];

for (const [list, family] of FAMILIES) {
  Deno.test(`familyOf() takes ${list} for ${family}`, () => {
    strictEqual(familyOf(list), family);
  });
}

const NORMAL = "font-style:normal;font-weight:normal";

const STYLES: [css: string, set: string][] = [
  ["font:9px a", `${NORMAL};font-size:9px;font-family:a`],
  [
    "fill:red; font : 1.5em/1.2 a",
    `fill:red; ${NORMAL};font-size:1.5em;font-family:a`,
  ],
  [
    "font:italic 700 9pt serif",
    "font-style:italic;font-weight:700;font-size:9pt;font-family:Tinos",
  ],
  [
    "font:bold oblique small-caps .5in / 2 a",
    "font-style:oblique;font-weight:bold;font-size:.5in;font-family:a",
  ],
  ["font:x-large a", `${NORMAL};font-size:x-large;font-family:a`],
  ["FONT:9PX A", `${NORMAL};font-size:9PX;font-family:A`],
  [
    ".a{font:9px &quot;b c&quot;,serif}",
    `.a{${NORMAL};font-size:9px;font-family:Tinos}`,
  ],
  [".serif{font-family:monospace}", ".serif{font-family:Cousine}"],
  ["font-family:a;font-weight:bold", "font-family:a;font-weight:bold"],
  ["-x-font:9px serif", "-x-font:9px serif"],
  ["font-size:9px;--serif:1", "font-size:9px;--serif:1"],
  ["font:caption", "font:caption"],
  ["font:9px", "font:9px"],
  ["font:700 a", "font:700 a"],
  ["font:9 a", "font:9 a"],
];

for (const [css, set] of STYLES) {
  Deno.test(`typeset() of ${css}`, () => {
    strictEqual(typeset(css), set);
  });
}

Deno.test("typeset() takes no longer for what is written to be long", () => {
  const long = [
    "font:" + "a ".repeat(200_000),
    "font".repeat(100_000),
    "font ".repeat(100_000) + ":",
    " font:bold".repeat(50_000),
    "font-family:" + "&a".repeat(200_000),
    "font-family:&".repeat(50_000),
    "font:1" + "1".repeat(200_000),
  ];

  for (const css of long) typeset(css);
});

/** What the renderer gets of `text`. */
function given(text: string): string {
  const drawing = readDrawing(new TextEncoder().encode(text));
  if (typeof drawing === "string") return drawing;
  return sized(drawing, { width: 9, height: 9 });
}

const XMLNS = 'xmlns="http://www.w3.org/2000/svg"';
const ROOT = `<svg ${XMLNS} viewBox="0 0 9 9"`;
const OWN = 'width="9" height="9" viewBox="0 0 9 9" preserveAspectRatio="none"';

const INSIDES: [why: string, inside: string, given: string][] = [
  [
    "attributes and styles",
    `<text font-family="serif" x='1' style='font-family:serif;fill:red'>a</text>`,
    `<text font-family="Tinos" x='1' style='font-family:Tinos;fill:red'>a</text>`,
  ],
  [
    "a style sheet",
    "<style>a{font-family:serif}<![CDATA[b{font-family:monospace}]]></style>",
    "<style>a{font-family:Tinos}<![CDATA[b{font-family:Cousine}]]></style>",
  ],
  [
    "what only looks like one",
    `<text id="serif">font-family:serif<!-- style="font-family:serif" --></text>`,
    `<text id="serif">font-family:serif<!-- style="font-family:serif" --></text>`,
  ],
  [
    "an editor's own",
    `<g xmlns:e="urn:e" e:font-family="serif"><e:a font-family="serif"/></g>`,
    `<g xmlns:e="urn:e" e:font-family="serif"><e:a font-family="serif"/></g>`,
  ],
];

for (const [why, inside, expected] of INSIDES) {
  Deno.test(`sized() finds fonts in ${why}, and nothing else`, () => {
    strictEqual(
      given(`${ROOT}>${inside}</svg>`),
      `<svg ${XMLNS} ${OWN}>${expected}</svg>`,
    );
  });
}

Deno.test("sized() finds fonts in the root, between the marks it has", () => {
  strictEqual(
    given(`${ROOT} style='font-family:"Times"' font-family="a, serif"/>`),
    `<svg ${XMLNS} style='font-family:Tinos' font-family="Tinos" ${OWN}/>`,
  );
});

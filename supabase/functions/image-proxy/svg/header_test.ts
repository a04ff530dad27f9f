import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { mayBeSvg, svgHeader } from "./header.ts";

const SIZE = 'width="40" height="30"';

/** A drawing, with `root` in its root. */
function svg(inside: string, root = SIZE): string {
  const spaces = 'xmlns="http://www.w3.org/2000/svg" ' +
    'xmlns:xlink="http://www.w3.org/1999/xlink"';
  return `<svg ${spaces} ${root}>${inside}</svg>`;
}

function endOf(text: string): string {
  const header = svgHeader(new TextEncoder().encode(text));
  if (typeof header === "string") return header;
  return `${header.size.width} × ${header.size.height}`;
}

/** One pixel of each, as browsers show it. */
const PNG = "data:image/png;base64," +
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const GIF = "data:image/gif;base64," +
  "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

const READ: [why: string, text: string][] = [
  ["nothing in it", svg("")],
  ["a root without an end of its own", svg("").replace("></svg>", "/>")],
  ["single quotes", svg("").replaceAll('"', "'")],
  ["new lines in marks", svg("<g\n\tid\r\n=\n'a'\n></g\n>")],
  ["a mark of its order of bytes", "\ufeff" + svg("")],
  ["white space around it", `\r\n ${svg("")}\n `],
  ["a declaration", `<?xml version="1.0" encoding="UTF-8"?>${svg("")}`],
  [
    "a known document type",
    '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/…">' +
    svg(""),
  ],
  ["a document type without a place", `<!DOCTYPE svg>${svg("")}`],
  ["comments", `<!-- <script/> -->${svg("<!-- a --><g/>")}`],
  ["what stands behind it", `${svg("")}<!-- that -->`],
  [
    "a prefix",
    svg("<g/>").replace("xmlns=", "xmlns:s=").replace("<svg", "<s:svg").replace(
      "</svg",
      "</s:svg",
    ).replace("<g/>", "<s:g/>"),
  ],
  ["text that is not seen", svg("<title>a &lt; b</title><desc>c</desc>")],
  ["text around elements, which nobody sees", svg("a<g>b</g>")],
  ["text", svg("<text>a<tspan>\n&#65;<![CDATA[ñ]]></tspan></text>")],
  ["a font of the system that nothing has", svg("<style>a{font:menu}</style>")],
  ["fonts all in one", svg('<text style="font:9px b">a</text>')],
  ["the font that there is", svg('<text style="font:inherit">a</text>')],
  [
    "text in a style that is not all in one",
    svg('<text style="font-family:a;font-size:9px;-a-font:b">a</text>'),
  ],
  ["text without a shape that is not seen", svg("<desc>丂</desc>")],
  ["empty text", svg("<text x='1'> <tspan>\n</tspan></text>")],
  ["a title of text", svg("<text><title>a</title></text>")],
  ["an editor's own", svg('<s:view xmlns:s="urn:s" href="http://a"/>')],
  ["an attribute of an editor's", svg('<g xmlns:s="urn:s" s:src="http://a"/>')],
  ["a part of itself", svg('<use xlink:href="#a"/><use href=" #b "/>')],
  ["a paint of its own", svg(`<g fill="url(#a)" mask="url('#b')"/>`)],
  ["a style of its own", svg('<g style="fill:url( &quot;#a&quot; )"/>')],
  [
    "a style sheet",
    svg("<style>a{fill:url(#b)}/* @import */</style>").replace(
      "/* @import */",
      "",
    ),
  ],
  ["one in CDATA", svg("<style><![CDATA[a>b{fill:red}]]></style>")],
  ["a link, which nobody follows", svg('<a href="https://a.test"><g/></a>')],
  ["a PNG", svg(`<image href="${PNG}"/>`)],
  [
    "a GIF, which is upper case",
    svg(
      `<image xlink:href="${
        GIF.replace("data:image/gif", "DATA:image/GIF")
      }"/>`,
    ),
  ],
  ["a PNG in lines", svg(`<image href="${PNG.replace(",", ",\n ")}"/>`)],
  ["no picture", svg('<image href=""/>')],
  ["what moves", svg('<animate attributeName="x" to="1"/>')],
];

for (const [why, text] of READ) {
  Deno.test(`svgHeader() reads ${why}`, () =>
    strictEqual(endOf(text), "40 × 30"));
}

const SIZES: [root: string, size: string][] = [
  ["", "300 × 150"],
  ['width="40"', "40 × 150"],
  ['height="40"', "300 × 40"],
  ['viewBox="0 0 24 12"', "24 × 12"],
  ['viewBox="-5,-5, 24\n12"', "24 × 12"],
  ['viewBox="0 0 24 12" width="100"', "100 × 50"],
  ['viewBox="0 0 24 12" height="100"', "200 × 100"],
  ['viewBox="0 0 24 12" width="100" height="100"', "100 × 100"],
  ['viewBox="0 0 24 12" width="100%" height="50%"', "24 × 12"],
  ['viewBox="0 0 24" width="7" height="5"', "7 × 5"],
  ['viewBox="0 0 -24 12"', "300 × 150"],
  ['viewBox="0 0 1e1 5E0"', "10 × 5"],
  ['viewBox="0 0 Infinity NaN"', "300 × 150"],
  ['width="1in" height="72pt"', "96 × 96"],
  ['width="6pc" height="25.4mm"', "96 × 96"],
  ['width="2.54cm" height="101.6Q"', "96 × 96"],
  ['width="1em" height="2ex"', "16 × 16"],
  ['width="+4.0e1px" height=" .3e2 "', "40 × 30"],
  ['width="NaN" height="Infinity"', "300 × 150"],
  ['width="-1" height="1e999"', "300 × 1e999"],
  ['width="0x10" height="10 20"', "300 × 150"],
  ['width="0.2" height="0.1"', "2 × 1"],
  ['width="1.5" height="1"', "3 × 2"],
  ['width="100.5" height="50.2"', "101 × 50"],
  ['width="20000" height="10000"', "2500 × 1250"],
  ['width="65535" height="1"', "2500 × 1"],
  ['s:width="1" xmlns:s="urn:s"', "300 × 150"],
];

for (const [root, size] of SIZES) {
  Deno.test(`svgHeader() takes ${root || "no size"} for ${size}`, () => {
    const end = endOf(svg("", root));
    // What is too large even for a number.
    strictEqual(end.startsWith("unsupported") ? "300 × 1e999" : end, size);
  });
}

Deno.test("svgHeader() says what the engine needs to know", () => {
  const file = new TextEncoder().encode(svg(""));

  const { keptBytes, decodeNs, ...header } = svgHeader(file) as Exclude<
    ReturnType<typeof svgHeader>,
    string
  >;

  deepStrictEqual(header, {
    format: "svg",
    size: { width: 40, height: 30 },
    passes: 1,
    hasAlpha: true,
    isVector: true,
  });
  strictEqual(keptBytes > 0 && (decodeNs ?? 0) > 0, true);
});

Deno.test("svgHeader() counts what is in a picture", () => {
  const keptBy = (inside: string) => {
    const header = svgHeader(new TextEncoder().encode(svg(inside)));
    return typeof header === "string" ? NaN : header.keptBytes;
  };
  // 5,000 × 4,000, as a PNG may say that it has.
  const large = btoa(
    "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x13\x88\0\0\x0f\xa0\x08\x06\0\0\0",
  );

  const kept = keptBy(`<image href="data:image/png;base64,${large}"/>`);

  strictEqual(kept > 5000 * 4000 * 4, true);
});

const REFUSED: [why: string, text: string, end: RegExp][] = [
  ["a script", svg("<script>a()</script>"), /^unsupported: Scripts/],
  ["an empty script", svg("<script/>"), /^unsupported: Scripts/],
  [
    "a script of a prefix",
    svg('<s:script xmlns:s="http://www.w3.org/2000/svg"/>'),
    /^unsupported: Scripts/,
  ],
  [
    "a script of HTML",
    svg('<script xmlns="http://www.w3.org/1999/xhtml"/>'),
    /^unsupported: Scripts/,
  ],
  ["an event", svg('<g onclick="a()"/>'), /^unsupported: Scripts/],
  ["an event of the root", svg("", 'onload="a()"'), /^unsupported: Scripts/],
  [
    "an event in upper case, on a new line",
    svg("<g\nONLOAD\n=\n'a()'/>"),
    /^unsupported: Scripts/,
  ],
  [
    "a link that is a script",
    svg('<a href="javascript:a()"/>'),
    /^unsupported: Scripts/,
  ],
  [
    "one in other words",
    svg('<a xlink:href=" &#106;ava&#x09;Script:a()"/>'),
    /^unsupported: Scripts/,
  ],
  [
    "one that is set",
    svg('<set attributeName="x" to="javascript:a()"/>'),
    /^unsupported: Scripts/,
  ],
  [
    "a link that is set",
    svg('<set attributeName="xlink:href" to="#a"/>'),
    /^unsupported: It changes/,
  ],
  [
    "a link that moves",
    svg('<animate attributeName=" href" to="#a"/>'),
    /^unsupported: It changes/,
  ],
  [
    "HTML",
    svg('<p xmlns="http://www.w3.org/1999/xhtml"/>'),
    /^unsupported: There is HTML/,
  ],
  ["what is foreign", svg("<foreignObject/>"), /^unsupported: .*foreignObject/],
  ["an unknown element", svg("<iframe/>"), /^unsupported: .*\(iframe\)/],
  [
    "an element of a long, odd name",
    svg(`<a\u00e9${"b".repeat(99)}/>`),
    /^unsupported: .*\(a\?b{38}\)$/,
  ],
  [
    "an element like an object's own",
    svg("<constructor/>"),
    /^unsupported: .*\(constructor\)/,
  ],
  [
    "an entity",
    `<!DOCTYPE svg [<!ENTITY a "b">]>${svg("&a;")}`,
    /^unsupported: .*entities/,
  ],
  [
    "an entity of a file",
    `<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>${svg("&a;")}`,
    /^unsupported: .*entities/,
  ],
  [
    "entities of a document type",
    '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "a" [ <!ENTITY a "b"> ]>' +
    svg(""),
    /^unsupported: .*entities/,
  ],
  [
    "an entity behind quotes",
    `<!DOCTYPE svg SYSTEM ">" [<!ENTITY a "b">]>${svg("")}`,
    /^unsupported: .*entities/,
  ],
  [
    "a document type elsewhere",
    `<!DOCTYPE svg SYSTEM "http://a.test/a.dtd">${svg("")}`,
    /^unsupported: Its document type/,
  ],
  [
    "a picture elsewhere",
    svg('<image href="http://a.test/a.png"/>'),
    /^unsupported: .*somewhere else/,
  ],
  [
    "a picture of a file",
    svg("<image xlink:href='file:///etc/passwd'/>"),
    /^unsupported: .*somewhere else/,
  ],
  [
    "a picture of the same place",
    svg('<image href="a.png"/>'),
    /^unsupported: .*somewhere else/,
  ],
  [
    "a picture of a filter",
    svg('<feImage href="//a.test/a.png"/>'),
    /^unsupported: .*somewhere else/,
  ],
  [
    "a picture by src",
    svg('<image src="a.png"/>'),
    /^unsupported: .*somewhere else/,
  ],
  [
    "a use of a file",
    svg('<use href="a.svg#b"/>'),
    /^unsupported: .*somewhere else/,
  ],
  [
    "a use of data",
    svg(`<use href="${PNG}"/>`),
    /^unsupported: .*somewhere else/,
  ],
  [
    "a gradient elsewhere",
    svg('<linearGradient href="a.svg#b"/>'),
    /^unsupported: .*somewhere else/,
  ],
  [
    "another prefix of XLink",
    svg('<use xmlns:l="http://www.w3.org/1999/xlink" l:href="a"/>'),
    /^unsupported: .*somewhere else/,
  ],
  [
    "a base",
    svg('<g xml:base="http://a.test/"/>'),
    /^unsupported: .*somewhere else/,
  ],
  [
    "a paint elsewhere",
    svg('<g fill="url(a.svg#b)"/>'),
    /^unsupported: Its style/,
  ],
  [
    "a paint of data",
    svg(`<g fill="url(${PNG})"/>`),
    /^unsupported: Its style/,
  ],
  [
    "a second paint",
    svg('<g style="fill:url(#a);mask:URL( http://a )"/>'),
    /^unsupported: Its style/,
  ],
  [
    "a paint in other words",
    svg('<g fill="u&#114;l(http://a)"/>'),
    /^unsupported: Its style/,
  ],
  [
    "a paint in escapes",
    svg("<g fill='\\75 r\\6C(http://a)'/>"),
    /^unsupported: Its style/,
  ],
  [
    "a paint that is set",
    svg('<set attributeName="fill" to="url(http://a)"/>'),
    /^unsupported: Its style/,
  ],
  [
    "a style that loads",
    svg("<style>a{fill:url(http://a)}</style>"),
    /^unsupported: Its style/,
  ],
  [
    "one in CDATA",
    svg("<style><![CDATA[a{fill:url(http://a)}]]></style>"),
    /^unsupported: Its style/,
  ],
  [
    "one in parts",
    svg("<style>a{fill:ur<!-- -->l(http://a)}</style>"),
    /^unsupported: Its style/,
  ],
  [
    "one with a comment in it",
    svg("<style>a{fill:u/**/rl(http://a)}</style>"),
    /^unsupported: Its style/,
  ],
  [
    "one between texts",
    svg('<style>a{a:"/*";fill:url(a);b:"*/"}</style>'),
    /^unsupported: Its style/,
  ],
  [
    "one of another namespace",
    svg('<style xmlns="urn:a">a{fill:url(a)}</style>'),
    /^unsupported: Its style/,
  ],
  [
    "an import",
    svg('<style>@import "http://a.test";</style>'),
    /^unsupported: It imports/,
  ],
  [
    "an import in escapes",
    svg("<style>@\\49mport url(#a)</style>"),
    /^unsupported: It imports/,
  ],
  [
    "a font",
    svg("<style>@font-face{font-family:a;src:url(#a)}</style>"),
    /^unsupported: It loads a font/,
  ],
  [
    "a set of pictures",
    svg('<g style="mask:image-set(&quot;a&quot; 1x)"/>'),
    /^unsupported: Its style/,
  ],
  [
    "a style sheet elsewhere",
    `<?xml-stylesheet href="a.css"?>${svg("")}`,
    /^unsupported: It has a style sheet/,
  ],
  [
    "text without a shape",
    svg("<text>a<tspan><a>丂b</a></tspan></text>"),
    /^unsupported: Its text has U\+4E02, which no font here has$/,
  ],
  [
    "the same by its number",
    svg("<text>&#x1F600;</text>"),
    /^unsupported: Its text has U\+1F600,/,
  ],
  [
    "the same in CDATA",
    svg("<text><![CDATA[א]]></text>"),
    /^unsupported: Its text has U\+05D0,/,
  ],
  [
    "a font of the system",
    svg('<text style="fill:red;font : caption">a</text>'),
    /^unsupported: .* style of font, instead of font-family/,
  ],
  [
    "the same in a style sheet, behind the text",
    svg("<text>a</text><style>text{font:menu}</style>"),
    /^unsupported: .* style of font,/,
  ],
  [
    "a font of its own",
    svg("<font/>"),
    /^unsupported: It has a font of its own$/,
  ],
  [
    "a picture that is a drawing",
    svg('<image href="data:image/svg+xml;base64,PHN2Zy8+"/>'),
    /^unsupported: .*no PNG/,
  ],
  [
    "a picture that says nothing",
    svg('<image href="data:;base64,PHN2Zy8+"/>'),
    /^unsupported: .*no PNG/,
  ],
  [
    "a WebP",
    svg('<image href="data:image/webp;base64,UklGRg=="/>'),
    /^unsupported: .*no PNG/,
  ],
  [
    "a picture as text",
    svg('<image href="data:image/png,%89PNG"/>'),
    /^unsupported: .*no PNG/,
  ],
  [
    "a GIF that says it is a PNG",
    svg(`<image href="${GIF.replace("gif", "png")}"/>`),
    /^corrupt$/,
  ],
  [
    "a PNG that ends early",
    svg(`<image href="${PNG.slice(0, 40)}"/>`),
    /^corrupt$/,
  ],
  [
    "a picture that is no base64",
    svg('<image href="data:image/png;base64,*"/>'),
    /^corrupt$/,
  ],
  ["no width", svg("", 'width="0" height="30"'), /^corrupt$/],
  ["no height to show", svg("", 'viewBox="0 0 40 0"'), /^corrupt$/],
  [
    "10^9 × 10^9",
    svg("", 'width="1e9" height="1e9"'),
    /^unsupported: It is longer/,
  ],
  [
    "a viewBox of 10^9 × 10^9",
    svg("", 'viewBox="0 0 1e9 1e9"'),
    /^unsupported: It is longer/,
  ],
  ["no namespace", "<svg/>", /^unsupported: .*namespace/],
  ["another namespace", '<svg xmlns="urn:a"/>', /^unsupported: .*namespace/],
  [
    "another encoding",
    `<?xml version="1.0" encoding='latin1'?>${svg("")}`,
    /^unsupported: .*UTF-8/,
  ],
  [
    "300 elements in one another",
    svg("<g>".repeat(300) + "</g>".repeat(300)),
    /^unsupported: .*deep/,
  ],
  [
    "100,000 elements in one another",
    svg("<g>".repeat(100_000)),
    /^unsupported: .*deep/,
  ],
  [
    "300 attributes",
    svg(`<g ${Array.from({ length: 300 }, (_, i) => `a${i}=""`).join(" ")}/>`),
    /^corrupt$/,
  ],
  [
    "100 namespaces",
    svg(
      `<g ${
        Array.from({ length: 100 }, (_, i) => `xmlns:a${i}="b"`).join(" ")
      }/>`,
    ),
    /^corrupt$/,
  ],
  [
    "2 MiB of white space",
    svg(" ".repeat(2 * 2 ** 20)),
    /^unsupported: .*bytes/,
  ],
  [
    "2 MB of references that do not end",
    svg("&".repeat(2_000_000)),
    /^corrupt$/,
  ],
  [
    "2 MB of comments that do not end",
    svg(`<style>${"/*".repeat(1_000_000)}</style>`),
    /^40 × 30$/,
  ],
];

for (const [why, text, end] of REFUSED) {
  Deno.test(`I11 SVG: ${why} is refused before it is drawn`, () => {
    const is = endOf(text);

    strictEqual(end.test(is), true, is);
  });
}

const BROKEN: [why: string, inside: string][] = [
  ["an element that does not end", "<g>"],
  ["one that ends in another", "<g><rect></g></rect>"],
  ["an attribute without a value", "<g a/>"],
  ["a value without quotes", "<g a=1/>"],
  ["attributes without space", '<g a="1"b="2"/>'],
  ["an attribute twice", '<g a="1" a="2"/>'],
  ["a mark in a value", '<g a="<"/>'],
  ["a name that is none", "<1/>"],
  ["an unknown prefix", "<a:b/>"],
  ["two prefixes", '<a:b:c xmlns:a="urn:a"/>'],
  ["a prefix of nothing", '<g xmlns:a=""><a:g/></g>'],
  ["a comment in a comment", "<!-- -- -->"],
  ["the end of CDATA", "]]>"],
  ["an entity that nobody has declared", "&nbsp;"],
  ["an and", "a & b"],
  ["a character that is none", "&#0;"],
  ["half of a character", "&#xd800;"],
  ["a character beyond all", "&#x110000;"],
  ["a declaration in the middle", "<!ELEMENT a>"],
];

for (const [why, inside] of BROKEN) {
  Deno.test(`I10 SVG: ${why} is corrupt`, () =>
    strictEqual(endOf(svg(inside)), "corrupt"));
}

Deno.test("svgHeader() asks for the rest of a drawing that is cut anywhere", () => {
  const text = `<?xml version="1.0"?><!DOCTYPE svg PUBLIC ` +
    `"-//W3C//DTD SVG 1.1//EN" "a"><!-- ä -->` +
    svg("<g id = 'ä&amp;'>&#233;<![CDATA[a]]>\u{1f600}</g><?a b?>");
  const file = new TextEncoder().encode(text);
  const whole = svgHeader(file);

  for (let length = 1; length < file.length; length++) {
    const header = svgHeader(file.subarray(0, length));
    strictEqual(header, "truncated", `${length}`);
  }
  strictEqual(typeof whole, "object");
});

Deno.test("svgHeader() refuses by what is there already", () => {
  const text = svg("<script/><g><g>").slice(0, -6);

  strictEqual(endOf(text), "unsupported: Scripts are not run");
});

const OTHERS: [why: string, file: Uint8Array, is: RegExp][] = [
  ["HTML", bytes("<!DOCTYPE html><html></html>"), /^unknown$/],
  ["HTML without a type", bytes("<html><svg/></html>"), /^unknown$/],
  ["HTML that is no XML", bytes("<!doctype html><p>a<br>"), /^unknown$/],
  ["a feed", bytes("<?xml version='1.0'?><rss/>"), /^unknown$/],
  ["text", bytes("<3"), /^unknown$/],
  ["SVGZ", Uint8Array.of(0x1f, 0x8b, 8, 0), /^unsupported: .*compressed/],
  ["UTF-16", Uint8Array.of(0xff, 0xfe, 0x3c, 0), /^unsupported: .*UTF-8/],
  [
    "UTF-16 without a mark",
    Uint8Array.of(0, 0x3c, 0, 0x73),
    /^unsupported: .*UTF-8/,
  ],
  ["no UTF-8", bytes("<svg>\xff"), /^unsupported: .*UTF-8/],
];

function bytes(latin1: string): Uint8Array {
  return Uint8Array.from(latin1, (it) => it.charCodeAt(0));
}

for (const [why, file, is] of OTHERS) {
  Deno.test(`I12 SVG: ${why} is no drawing`, () => {
    const header = svgHeader(file);

    strictEqual(mayBeSvg(file), true);
    strictEqual(is.test(String(header)), true, String(header));
  });
}

Deno.test("mayBeSvg() leaves other formats to others", () => {
  for (
    const start of [
      "\x89PNG",
      "\xff\xd8\xff",
      "GIF89a",
      "RIFF",
      "",
      " a",
      "<?php ",
    ]
  ) {
    strictEqual(mayBeSvg(bytes(start)), false, start);
  }
});

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Cursor } from "./cursor.ts";
import { blocksOfHtml, readHtml } from "./html.ts";

function textsOf(html: string): string[] {
  return blocksOfHtml(html).map(({ text }) => text);
}

const READ: [why: string, html: string, texts: string[]][] = [
  ["text without tags", "a & b", ["a & b"]],
  ["tags in a word", "un<b>believ</b>able", ["unbelievable"]],
  ["blocks", "<p>a<p>b<div>c</div>d", ["a", "b", "c", "d"]],
  ["unknown elements as blocks", "<my-a>a</my-a><my-b>b", ["a", "b"]],
  ["spaces as one", "<p> a\n\t b&nbsp; c </p>", ["a b c"]],
  ["a line break", "a<br>b<BR/>c", ["a\nb\nc"]],
  ["entities", "&lt;b&gt; &eacute;&#233;&#xE9; &euro;", ["<b> ééé €"]],
  ["an entity of an entity once", "&amp;lt;", ["&lt;"]],
  ["numbers that mean Windows' letters", "&#150;&#x80;", ["–€"]],
  ["numbers that are no text", "a&#0;&#xD800;&#x110000;b&#7;c", [
    "a\uFFFD\uFFFD\uFFFDb c",
  ]],
  ["names that are none", "&fjord; R&D &copy", ["&fjord; R&D &copy"]],
  ["a list", "<ul><li>a<li>b</ul>c", ["- a\n- b", "c"]],
  ["a list of paragraphs", "<ol><li><p>a</p></li><li><p>b</p></li></ol>", [
    "- a",
    "- b",
  ]],
  ["an empty item", "<ul><li></li></ul><p>a", ["a"]],
  ["a table", "<table><tr><th>a<th>b<tr><td><p>1</p><td>2</table>c", [
    "a | b\n1 | 2",
    "c",
  ]],
  ["code", "<pre>\n  a\n\n    &lt;b</pre>c", ["  a\n\n    <b", "c"]],
  ["an image", 'a<img src="x" alt="a &amp; b">c', ["a a & b c"]],
  [
    "no script, style, template or picture",
    "a<script>if (1<2) '</p>'</script>" +
    "<style>b{}</style><template><p>c</template><svg><text>d</text></svg>e",
    [
      "a",
      "e",
    ],
  ],
  ["no comment", "a<!-- <p>b</p> -->c<!-->d<!--->e", ["acde"]],
  ["no declaration", "<!doctype html><?xml a?>b", ["b"]],
  ["a `>` in quotes", "<a title=\"x>y\" rel='>'>b</a>", ["b"]],
  ["a quote that is none", "<a href=it's>b</a> it's", ["b it's"]],
  ["signs that are no tags", "1 < 2 <3 </3 <", ["1 < 2 <3 </3 <"]],
  ["a tag that never ends", "a<b title='", ["a"]],
  ["a comment that never ends", "a<!-- b", ["a"]],
  ["a script that never ends", "a<script>b<p>c", ["a"]],
  [
    "readings with their brackets",
    "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>",
    [
      "漢(kan)",
    ],
  ],
];

for (const [why, html, texts] of READ) {
  Deno.test(`blocksOfHtml() reads ${why}`, () => {
    deepStrictEqual(textsOf(html), texts);
  });
}

Deno.test("blocksOfHtml() knows headings, and the title", () => {
  const html = "<title>T &amp; t</title><h1>a <b>b</b></h1>c<h3>d<p>e</p>" +
    "<table><tr><td>f<h2>g</h2>h";

  const levels = blocksOfHtml(html).map((it) => [it.level, it.text]);

  deepStrictEqual(levels, [
    [1, "T & t"],
    [1, "a b"],
    [0, "c"],
    [3, "d"],
    [0, "e"],
    [0, "f"],
    [2, "g"],
    [0, "h"],
  ]);
});

/** Each is repeated until the text is long. */
const HOSTILE: [why: string, unit: string][] = [
  ["tags that are not closed", "<div>"],
  ["lists in lists", "<ul><li>"],
  ["tables in tables", "<table><tr><td>a"],
  ["signs that begin tags", "<"],
  ["tags in tags", "<a "],
  ["ends without a name", "</"],
  ["comments that are not closed", "<!--"],
  ["comments that are closed at once", "<!-->"],
  ["quotes that are not closed", '<a b="'],
  ["scripts in scripts", "<script>"],
  ["pictures side by side", "<svg></svg>a"],
  ["ampersands", "&"],
  ["headings in headings", "<h1>a<h2>"],
];

for (const [why, unit] of HOSTILE) {
  Deno.test(`blocksOfHtml() looks twice at no part of ${why}`, () => {
    const html = unit.repeat(Math.ceil(1_000_000 / unit.length));
    const cursor = new Cursor(html);

    readHtml(cursor);

    // One more for each look that finds nothing.
    ok(cursor.looked <= 6 * html.length, `${cursor.looked / html.length}`);
  });
}

Deno.test("blocksOfHtml() passes an attribute of 10 MB", () => {
  const html = `<p title="${"<p>".repeat(3_500_000)}">a</p>`;

  deepStrictEqual(textsOf(html), ["a"]);
});

Deno.test("blocksOfHtml() is not deep where tags are", () => {
  const texts = textsOf(
    "<div>".repeat(100_000) + "a" + "</div>".repeat(100_000),
  );

  strictEqual(texts.join(), "a");
});

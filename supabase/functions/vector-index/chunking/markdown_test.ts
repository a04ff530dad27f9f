import { deepStrictEqual, ok } from "node:assert/strict";
import { Cursor } from "./cursor.ts";
import { blocksOfMarkdown } from "./markdown.ts";
import { Inline } from "./markdown_inline.ts";

function textsOf(markdown: string): string[] {
  return blocksOfMarkdown(markdown).map(({ text }) => text);
}

const READ: [why: string, markdown: string, texts: string[]][] = [
  ["paragraphs, without their line ends", "a\nb\n\nc", ["a b", "c"]],
  ["emphasis", "*a* **b** _c_ ***d*** ~~e~~ f**g**h", ["a b c d e fgh"]],
  ["emphasis in emphasis", "**a *b* c** *a **b***", ["a b c a b"]],
  ["signs without a partner", "2 * 3 *a _b c_d_e ~f~", [
    "2 * 3 *a _b c_d_e ~f~",
  ]],
  ["names with underscores", "snake_case_name", ["snake_case_name"]],
  ["escapes", "\\*a\\* \\# \\a", ["*a* # \\a"]],
  ["links", '[a](/b) [*c*](<d e> "f") [g](h_(i)_j)', ["a c g"]],
  ["what is no link", "[a] (b) [c](d e) m[i]", ["[a] (b) [c](d e) m[i]"]],
  ["links by label", "[a][b] [B][] [b] [c][d]\n\n[b]: /x 'y'", [
    "a B b [c][d]",
  ]],
  ["images, also in links", "[![a](b)](c)![d][e]\n\n[e]: /f", ["a d"]],
  ["bare addresses", "<https://a.test/b> https://c.test <d@e.test>", [
    "https://a.test/b https://c.test d@e.test",
  ]],
  ["footnotes", "a[^1]\n\n[^1]: b", ["a", "b"]],
  ["code in a line", "`*a*` ``b`c`` `` ` `` `d", ["*a* b`c ` `d"]],
  ["entities", "&amp; &copy; `&amp;`", ["& © &amp;"]],
  ["tags", "a<b>b</b><br>c <Foo> x<y <!-- d -->", ["ab\nc <Foo> x<y"]],
  ["an image in HTML", '<p><img width=1 alt="a &lt;"></p>', ["a <"]],
  ["comments over lines", "a\n<!--\n\n# b\n\n-->\nc", ["a", "c"]],
  ["a comment that is not closed", "<!-- a\n\nb", ["<!-- a", "b"]],
  ["no scripts and styles", "<style>\n\na\n</style>\nb", ["b"]],
  ["fenced code", "```js\n*a*\n\n# b\n```\nc", ["*a*\n\n# b", "c"]],
  ["a fence in a fence", "````\n```\na\n````\nb", ["```\na", "b"]],
  ["a fence that is not closed", "~~~\na\n\nb", ["a\n\nb"]],
  ["backticks that are no fence", "```a``` b\n\nc", ["a b", "c"]],
  ["indented code", "a\n\n    *b*\n\n      c\n\nd", ["a", "*b*\n\n  c", "d"]],
  ["an indented paragraph of an item", "- a\n\n    *b*\n\nc", [
    "- a",
    "b",
    "c",
  ]],
  ["quotes", "> a\n> > b\n> ```\n> > c\n> ```", ["a b", "c"]],
  ["lists", "* a\n  b\n+ c\n  1) d\n- [x] e\n-", ["- a b\n- c\n1) d\n- e"]],
  ["lines across the page", "a\n\n* * *\nb\n\n___", ["a", "b"]],
  ["a table", "|a|*b*|\n|-|:-:|\n|1|2\\|3|\nc", ["a|b\n1|2|3", "c"]],
  ["bars that are no table", "a | b\nc", ["a | b c"]],
  ["front matter", "---\ntitle: a_b_\n---\nc", ["title: a_b_", "c"]],
  ["a line at the start", "---\n\na\n---", ["a"]],
];

for (const [why, markdown, texts] of READ) {
  Deno.test(`blocksOfMarkdown() reads ${why}`, () => {
    deepStrictEqual(textsOf(markdown), texts);
  });
}

const HEADINGS: [why: string, line: string, level: number, text: string][] = [
  ["one sign", "# a *b*", 1, "a b"],
  ["six signs", "###### a", 6, "a"],
  ["seven signs", "####### a", 0, "####### a"],
  ["no space", "#a", 0, "#a"],
  ["signs at the end", "## a #b ##  ", 2, "a #b"],
  ["a sign that is of the text", "# C#", 1, "C#"],
  ["a line of = below", "a\n=", 1, "a"],
  ["a line of - below", "*a*\nb\n---", 2, "a b"],
  ["an item above the line", "- a\n---", 0, "- a"],
  ["a tag", "<h2 align='x'>a <b>b</b></h2>", 2, "a b"],
];

for (const [why, line, level, text] of HEADINGS) {
  Deno.test(`blocksOfMarkdown() sees a heading of level ${level} in ${why}`, () => {
    const [found] = blocksOfMarkdown(line);

    deepStrictEqual([found?.level, found?.text], [level, text]);
  });
}

/** Each is repeated until the text is long. */
const HOSTILE: [why: string, unit: string][] = [
  ["stars", "*"],
  ["stars that open", "*a "],
  ["stars that close", "a* "],
  ["stars that could be both", "a*"],
  ["brackets", "["],
  ["brackets that close", "]("],
  ["links that are not closed", "[a]("],
  ["links in links that fail", "](](a)"],
  ["titles that are not closed", '[a](b "'],
  ["backticks", "` "],
  ["tags", "<a "],
  ["comments", "<!--"],
  ["addresses", "<https://a"],
  ["footnotes", "[^"],
  ["escapes", "\\"],
];

for (const [why, unit] of HOSTILE) {
  Deno.test(`withoutMarks() looks at ${why} a few times each`, () => {
    const source = unit.repeat(Math.ceil(1_000_000 / unit.length));
    const cursor = new Cursor(source);

    new Inline(cursor, new Set()).read();

    ok(cursor.looked <= 16 * source.length, `${cursor.looked / source.length}`);
  });
}

Deno.test("withoutMarks() looks once at runs of backticks, each longer", () => {
  const runs = Array.from({ length: 1400 }, (_, at) => "`".repeat(at + 1));
  const cursor = new Cursor(runs.join(" "));

  new Inline(cursor, new Set()).read();

  ok(cursor.looked <= 3 * cursor.text.length);
});

/** Lines, which a reader could look at again for each of them. */
const HOSTILE_LINES = [
  "<!--",
  "<script",
  "```",
  "~~~ ",
  "# a",
  "a\n=",
  "- a",
  "|a|\n|-|",
  "[a]: b",
  "> ",
  "    a\n",
  "---",
];

for (const line of HOSTILE_LINES) {
  // Without an end to it, if each line looked at all that follow.
  Deno.test(`blocksOfMarkdown() ends with 1 MB of ${JSON.stringify(line)}`, () => {
    const count = Math.ceil(1_000_000 / (line.length + 1));

    ok(blocksOfMarkdown(`${line}\n`.repeat(count)).length >= 0);
  });
}

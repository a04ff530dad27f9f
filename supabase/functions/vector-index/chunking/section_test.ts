import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Block } from "./block.ts";
import { prefixOf, sectionsOf } from "./section.ts";
import { costOf } from "./tokens.ts";

function heading(level: number, text: string): Block {
  return { kind: "heading", level, text };
}

const prose: Block = { kind: "prose", level: 0, text: "Text." };

const SECTIONS: [why: string, blocks: Block[], paths: string[]][] = [
  ["nothing", [], []],
  ["text alone", [prose, prose], [""]],
  ["text before the first heading", [prose, heading(1, "a"), prose], ["", "a"]],
  [
    "a heading below, beside and above",
    [
      heading(1, "a"),
      prose,
      heading(3, "b"),
      prose,
      heading(2, "c"),
      prose,
      heading(1, "d"),
      prose,
    ],
    ["a", "a/b", "a/c", "d"],
  ],
  ["a heading below one without text", [
    heading(1, "a"),
    heading(2, "b"),
    prose,
  ], [
    "a/b",
  ]],
  ["headings without text", [heading(2, "a"), heading(2, "b")], ["b"]],
];

for (const [why, blocks, paths] of SECTIONS) {
  Deno.test(`sectionsOf() takes ${why}`, () => {
    const sections = sectionsOf(blocks);

    const found = sections.map(({ path }) =>
      path.map(({ text }) => text).join("/")
    );
    deepStrictEqual(found, paths);
    deepStrictEqual(sections.flatMap((it) => it.blocks), blocks);
  });
}

Deno.test("prefixOf() keeps the beginning of a heading that is too long", () => {
  const long = heading(2, "word ".repeat(20).trim());

  const prefix = prefixOf([heading(1, "Top"), long], 500);

  ok(/^word( word)+$/.test(prefix), prefix);
  ok(costOf(prefix) <= 500);
});

Deno.test("prefixOf() is empty where not even a character fits", () => {
  strictEqual(prefixOf([heading(1, "🚀🚀")], 200), "");
  strictEqual(prefixOf([], 200), "");
});

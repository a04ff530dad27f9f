import { strictEqual } from "node:assert/strict";
import { htmlOf } from "./highlight.ts";

/** A text as Postgres marks it, and its HTML. */
const TEXTS: [why: string, marked: string, html: string][] = [
  ["nothing", "", ""],
  ["words that are marked", "a \x02b\x03 c", "a <mark>b</mark> c"],
  ["two marks together", "\x02a\x03\x02b\x03", "<mark>a</mark><mark>b</mark>"],
  ["what is HTML", "<i>&amp;</i>", "&lt;i&gt;&amp;amp;&lt;/i&gt;"],
  ["what would be a mark", "<mark>a</mark>", "&lt;mark&gt;a&lt;/mark&gt;"],
  ["both quotes", `"a" 'b'`, "&quot;a&quot; &#39;b&#39;"],
  ["a mark around HTML", "\x02<b>\x03", "<mark>&lt;b&gt;</mark>"],
  ["other scripts", "\x02猫\x03 🐈", "<mark>猫</mark> 🐈"],
];

for (const [why, marked, html] of TEXTS) {
  Deno.test(`htmlOf() writes ${why}`, () => {
    strictEqual(htmlOf(marked), html);
  });
}

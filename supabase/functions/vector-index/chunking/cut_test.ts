import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { cut } from "./cut.ts";
import { texts } from "./testing/documents.ts";
import { costOf } from "./tokens.ts";

const CUT: [why: string, text: string, room: number, parts: string[]][] = [
  ["what fits", "one two", 300, ["one two"]],
  ["nothing", "", 300, []],
  ["between words", "one two four", 250, ["one two ", "four"]],
  ["after a clause", "千里，之行始", 400, ["千里，", "之行始"]],
  ["in a long word, after a sign", "aaaa/bbbbbbb", 300, ["aaaa/", "bbbbbbb"]],
  ["in a long word", "aaaaaaaaaaaa", 200, ["aaaaaaa", "aaaaa"]],
  ["between pairs", "𠀀𠀁", 500, ["𠀀", "𠀁"]],
  ["between families", "👨‍👩‍👧👨‍👩‍👧", 1900, ["👨‍👩‍👧", "👨‍👩‍👧"]],
  ["in a family that is too large", "👨‍👩‍👧", 700, [
    "👨‍",
    "👩‍",
    "👧",
  ]],
  ["between flags", "🇩🇪".repeat(40), 600 * 30 + 500, [
    "🇩🇪".repeat(30),
    "🇩🇪".repeat(10),
  ]],
  ["in a character without end", `a${"\u200D".repeat(99)}`, 6000, [
    `a${"\u200D".repeat(53)}`,
    "\u200D".repeat(46),
  ]],
  ["before a letter with its accent", "q\u0323q\u0323", 700, [
    "q\u0323",
    "q\u0323",
  ]],
];

for (const [why, text, room, parts] of CUT) {
  Deno.test(`cut() parts ${why}`, () => {
    deepStrictEqual(cut(text, room), parts);
  });
}

Deno.test("cut() loses nothing, and keeps to the room", () => {
  const rooms = fc.integer({ min: 400, max: 3000 });
  fc.assert(
    fc.property(texts, rooms, (text, room) => {
      const whole = text.toWellFormed();
      const parts = cut(whole, room);

      strictEqual(parts.join(""), whole);
      for (const it of parts) ok(costOf(it) <= room && it.isWellFormed(), it);
    }),
    { numRuns: 1000 },
  );
});

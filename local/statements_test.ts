import { deepStrictEqual, rejects } from "node:assert/strict";
import { NotSql, statementsOf } from "./statements.ts";

const LINES: [why: string, script: string, lines: number[]][] = [
  ["statements on lines of their own", "select 1;\nselect 2", [1, 2]],
  ["the lines of Windows", "select 1;\r\n\r\nselect 2", [1, 3]],
  ["a comment before it", "-- a\n\n/* b\nc */ select 1", [4]],
  ["a comment in a comment", "/* a /* b; */\n c */\nselect 1", [3]],
  ["characters of many bytes", "select 'é😀';\nselect 2", [1, 2]],
  ["a mark of byte order", "\ufeff\nselect 1", [2]],
  ["a mark of byte order alone", "\ufeff", []],
];

for (const [why, script, lines] of LINES) {
  Deno.test(`statementsOf() counts lines with ${why}`, async () => {
    const found = await statementsOf(script);

    deepStrictEqual(found.map(({ line }) => line), lines);
  });
}

Deno.test("statementsOf() says in which line a script stops being SQL", async () => {
  await rejects(
    statementsOf("-- é😀é😀é😀\nselect 1;\ncreate table a (\n id int,\n);"),
    (error) => error instanceof NotSql && error.line === 5,
  );
});

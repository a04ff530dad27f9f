import { deepStrictEqual } from "node:assert/strict";
import { countOf } from "./junit.ts";

const TESTS = `
  Deno.test("passes, with two steps", async (t) => {
    await t.step("one that passes", () => {});
    await t.step({ name: "one that is ignored", ignore: true, fn() {} });
  });
  Deno.test("passes and is called <skipped/>", () => {});
  Deno.test("fails", () => { throw new Error("<skipped/>"); });
  Deno.test({ name: "is ignored", ignore: true, fn() {} });
`;

Deno.test("countOf() counts what deno test says, and nothing that was ignored", async () => {
  const folder = await Deno.makeTempDir({ prefix: "portico-junit-" });
  const file = `${folder}/some_test.ts`;
  await Deno.writeTextFile(file, TESTS);
  const options = ["--no-config", "--no-lock", `--junit-path=${folder}/xml`];
  await new Deno.Command(Deno.execPath(), { args: ["test", ...options, file] })
    .output();
  const report = await Deno.readTextFile(`${folder}/xml`);
  await Deno.remove(folder, { recursive: true });

  deepStrictEqual(countOf(report), { passed: 3, failed: 1 });
  deepStrictEqual(countOf(""), { passed: 0, failed: 0 });
});

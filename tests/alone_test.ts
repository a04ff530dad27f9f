/**
 * Each function in a project that has nothing else: what somebody has who
 * copied one. It starts there, and keeps its contract.
 *
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { functionNames } from "../tools/imports.ts";
import { behindGateway, contractOf } from "./contracts/contract.ts";
import { METRICS_TOKEN } from "./deployed/hosted.ts";
import { filesBelow, projectWith } from "./deployed/project.ts";
import { startWorld } from "./world.ts";

const FUNCTIONS = new URL("../supabase/functions/", import.meta.url);
const names = await functionNames(FUNCTIONS);

/** A folder of functions, or a file that only this repository needs. */
const NOT_COPIED = /_test\.ts$|\/testing\/|deno\.lock$|\.env$|seed\.sql$/;

for (const name of names) {
  Deno.test(`${name} keeps its contract in a project of its own`, async (t) => {
    await using project = await projectWith(name);
    const home = new URL("functions/", project.home);
    const copied = await filesBelow(project.home);
    // Settings of one's own, which no stack has by itself.
    const own = `PORTICO_METRICS_TOKEN=${METRICS_TOKEN}\n`;
    await Deno.writeTextFile(new URL(".env", home), own);
    await using world = await startWorld({ project: project.home });
    const place = behindGateway(world, name);

    deepStrictEqual(await functionNames(home), [name]);
    ok(copied.includes(`functions/${name}/deno.json`));
    deepStrictEqual(copied.filter((path) => NOT_COPIED.test(path)), []);

    const { clauses } = await contractOf(name);
    for (const clause of clauses) {
      await t.step(clause.name, () => clause.run(place));
    }
  });
}

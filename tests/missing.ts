/**
 * What a function of this project has, and which of it is not there.
 *
 * @module
 */
import { parse } from "smol-toml";
import { pinsOf } from "../tools/pins.ts";

const ROOT = new URL("../", import.meta.url);

/** Whether something is there, and what to say if it is not. */
type Part = readonly [isThere: boolean, sentence: string];

/** A sentence for each part of the function `name` that is missing. */
export async function missingOf(name: string): Promise<string[]> {
  const parts = [
    ...await ownParts(name),
    ...await projectParts(name),
    ...await testParts(name),
  ];
  return parts.filter(([isThere]) => !isThere)
    .map(([, sentence]) => `${name}: ${sentence}`);
}

/** In its folder. */
async function ownParts(name: string): Promise<Part[]> {
  const here = (file: string) => read(`supabase/functions/${name}/${file}`);
  const index = await here("index.ts");
  const isPinned = index !== "" &&
    await here("deno.json") === await pinsOf(name);
  return [
    [index !== "", "index.ts is missing"],
    [index.includes(`name: "${name}"`), `index.ts has no name: "${name}"`],
    [await here("index_test.ts") !== "", "index_test.ts is missing"],
    [
      (await here("README.md")).startsWith(`# ${name}\n`),
      `README.md is missing, or does not begin with "# ${name}"`,
    ],
    [isPinned, "deno.json is not what it imports: run deno task pins"],
  ];
}

/** In files of the project. */
async function projectParts(name: string): Promise<Part[]> {
  const config = parse(await read("supabase/config.toml"));
  const functions = config["functions"] as Record<string, object>;
  const section = JSON.stringify({ ...functions[name] });
  return [
    [
      // Each verifies its callers itself: see config.toml.
      section === JSON.stringify({ "verify_jwt": false }),
      `supabase/config.toml has no [functions.${name}] with ` +
      "verify_jwt = false and nothing else",
    ],
    [
      (await read("README.md")).includes(`| [\`${name}\`](`),
      "README.md has no row in its table of functions",
    ],
    [
      (await read("CHANGELOG.md")).includes(`### \`${name}\`\n`),
      `CHANGELOG.md has no heading "### \`${name}\`"`,
    ],
  ];
}

/** What it is held to. */
async function testParts(name: string): Promise<Part[]> {
  const contract = `tests/contracts/${name.replaceAll("-", "_")}.ts`;
  const record = JSON.parse(await read("bench/deployed.json"));
  return [
    [await read(contract) !== "", `no contract in ${contract}`],
    [
      Object.hasOwn(record, name),
      "no record in bench/deployed.json: run deno task bench deployed",
    ],
    [
      (await read("bench/README.md")).includes(`| \`${name}\` `),
      "bench/README.md has no row: deno task bench deployed prints it",
    ],
  ];
}

/** A file's text; nothing if there is no such file. */
async function read(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(new URL(path, ROOT));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

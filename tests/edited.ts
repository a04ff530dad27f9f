/**
 * A stack whose project somebody has edited.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import { cp } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { startWorld, type World } from "./world.ts";

const SUPABASE = fileURLToPath(new URL("../supabase", import.meta.url));

/** What stands in the place of what, by file, below `supabase/`. */
export type Edits = Readonly<
  Record<string, readonly (readonly [from: string | RegExp, to: string])[]>
>;

/** A world of this project with `edits`, and with more files, `added`. */
export async function startEdited(
  edits: Edits,
  added: Readonly<Record<string, string>> = {},
): Promise<World> {
  const folder = await Deno.makeTempDir({ prefix: "portico-" });
  const project = `${folder}/supabase`;
  await cp(SUPABASE, project, { recursive: true });
  for (const [path, changes] of Object.entries(edits)) {
    await edit(`${project}/${path}`, changes);
  }
  for (const [path, text] of Object.entries(added)) {
    await Deno.writeTextFile(`${project}/${path}`, text);
  }
  const world = await startWorld({ project: pathToFileURL(`${project}/`) });
  return {
    ...world,
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function edit(file: string, changes: Edits[string] = []): Promise<void> {
  let text = await Deno.readTextFile(file);
  for (const [from, to] of changes) {
    const changed = text.replace(from, to);
    ok(changed !== text, `${file} has no ${from}`);
    text = changed;
  }
  await Deno.writeTextFile(file, text);
}

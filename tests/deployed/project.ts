/**
 * A project that has one function and nothing else, as somebody has it who
 * follows the README: the function's folder, `_shared`, the migrations, and
 * its part of `config.toml`. No tests, and nothing of the root.
 *
 * @module
 */
import { cp } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const PROJECT = new URL("../../supabase/", import.meta.url);

/** A project in a folder of its own. */
export interface Project extends AsyncDisposable {
  /** Its `supabase/` folder. */
  readonly home: URL;
}

/** Copies the function `name` into an empty project. */
export async function projectWith(name: string): Promise<Project> {
  const folder = await Deno.makeTempDir({ prefix: "portico-alone-" });
  const home = pathToFileURL(`${folder}/supabase/`);
  for (const part of [`functions/${name}`, "functions/_shared", "migrations"]) {
    await cp(new URL(part, PROJECT), new URL(part, home), {
      recursive: true,
      filter: (path) => !/_test\.ts$|\/testing$/.test(path),
    });
  }
  const config = await Deno.readTextFile(new URL("config.toml", PROJECT));
  await Deno.writeTextFile(new URL("config.toml", home), partOf(config, name));

  return {
    home,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** `config` without the sections of other functions. */
function partOf(config: string, name: string): string {
  const sections = config.split(/^(?=\[)/m);
  const others = /^\[functions\.([^\]]+)\]/;
  return sections.filter((it) => (it.match(others)?.[1] ?? name) === name)
    .join("");
}

/** Every file below `folder`, by its path there, sorted. */
export async function filesBelow(folder: URL): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (!isDirectory) {
      found.push(name);
      continue;
    }
    const below = await filesBelow(new URL(`${name}/`, folder));
    found.push(...below.map((path) => `${name}/${path}`));
  }
  return found.sort();
}

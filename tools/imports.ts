/**
 * Which modules a module names, read from its text.
 *
 * @module
 */

/** `import … from "x"`, `export … from "x"`, `import "x"` at the left margin. */
const STATIC = /^(?:import|export)\b(?:[^"';]*?\bfrom)?\s*"([^"\n]+)"/gm;

/** `import("x")`, but not in a comment. */
const DYNAMIC = /^(?!\s*(?:\*|\/\/)).*?\bimport\(\s*"([^"\n]+)"/gm;

/** The specifiers that `source` names. */
export function specifiersOf(source: string): string[] {
  const found = [...source.matchAll(STATIC), ...source.matchAll(DYNAMIC)];
  return found.map(([, name = ""]) => name);
}

/** Every module of ours that `entry` reaches, with what each of them names. */
export async function reach(
  entry: URL,
  seen: Map<string, string[]> = new Map(),
): Promise<Map<string, string[]>> {
  if (seen.has(entry.href)) return seen;
  const names = specifiersOf(await Deno.readTextFile(entry));
  seen.set(entry.href, names);
  for (const name of names) {
    if (name.startsWith(".")) await reach(new URL(name, entry), seen);
  }
  return seen;
}

/** The names of all functions: folders of `supabase/functions` with an entry. */
export async function functionNames(functions: URL): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(functions)) {
    if (!isDirectory || name.startsWith("_")) continue;
    if (await isFile(new URL(`${name}/index.ts`, functions))) names.push(name);
  }
  return names.sort();
}

async function isFile(file: URL): Promise<boolean> {
  return await Deno.stat(file).then((it) => it.isFile, () => false);
}

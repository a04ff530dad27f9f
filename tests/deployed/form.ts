/**
 * The two forms in which a function can be given to a runtime: as it is in the
 * repository, with its own `deno.json`; or bundled, as one file and no more.
 *
 * @module
 */
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Registry } from "../../tools/jsr/registry.ts";

/** Where a function is, and how it is to be loaded. */
export interface Form extends AsyncDisposable {
  readonly entryPoint: URL;
  /** The one folder that it may read. */
  readonly folder: URL;
  /** For `deno run`. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What a form is made of. */
export interface Source {
  readonly name: string;
  /** `supabase/functions/`. */
  readonly functions: URL;
  readonly registry: Registry;
}

/** As it is. */
export function asWritten({ name, functions, registry }: Source): Form {
  const config = new URL(`${name}/deno.json`, functions);
  return {
    entryPoint: new URL(`${name}/index.ts`, functions),
    folder: functions,
    args: ["--no-check", "--no-lock", `--config=${fileURLToPath(config)}`],
    env: { JSR_URL: registry.url },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** As one file, in a folder of its own, with no cache and no registry. */
export async function bundled(source: Source): Promise<Form> {
  const { name } = source;
  const root = await Deno.makeTempDir({ prefix: "portico-bundle-" });
  const file = `${root}/bundle/${name}.js`;
  await runDeno(source, "bundle", "--quiet", "--output", file);

  return {
    entryPoint: pathToFileURL(file),
    folder: pathToFileURL(`${root}/bundle/`),
    args: ["--no-config", "--no-npm", "--no-remote", "--cached-only"],
    env: { DENO_DIR: `${root}/cache` },
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

/**
 * Runs a command of this Deno on a function, from the function's `deno.json`.
 *
 * @returns what it printed.
 */
export async function runDeno(
  source: Source,
  ...command: readonly string[]
): Promise<string> {
  const { entryPoint, args, env } = asWritten(source);
  const all = [...command, ...args, fileURLToPath(entryPoint)];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: all,
    env: { ...env },
  }).output();
  const said = new TextDecoder().decode(success ? stdout : stderr);
  if (!success) throw new Error(said);
  return said;
}

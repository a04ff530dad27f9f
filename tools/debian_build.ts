/**
 * Modules of WebAssembly that are built from Debian's sources, by a script that
 * leaves them in a folder, with the versions of what is in them.
 *
 * @module
 */
import { sha256Of } from "./packed.ts";

/** What is built, and where. */
export interface Script {
  /** Takes a folder, and leaves the module and `versions.txt` there. */
  readonly script: URL;
  readonly folder: URL;
  /** Of the module, in that folder. */
  readonly file: string;
}

/** What has been built. */
export interface Build {
  readonly wasm: Uint8Array;
  readonly sha256: string;
  /** By package. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Runs the script. */
export async function build({ script, folder, file }: Script): Promise<Build> {
  const command = new Deno.Command(script.pathname, {
    args: [folder.pathname],
  });
  const { success } = await command.spawn().status;
  if (!success) throw new Error(`Cannot build ${file}`);
  const wasm = await Deno.readFile(new URL(file, folder));
  const lines = await Deno.readTextFile(new URL("versions.txt", folder));
  const versions = Object.fromEntries(
    lines.trim().split("\n").map((line) => line.split(" ")),
  );
  return { wasm, sha256: sha256Of(wasm), versions };
}

/** The same as properties of a module of TypeScript, a line each. */
export function linesOf(versions: Build["versions"]): string {
  return Object.entries(versions)
    .map(([name, version]) => `    "${name}": "${version}",\n`).join("");
}

/** Which packages are other ones than those of what is `committed`. */
export function changes(
  { versions }: Build,
  committed: Build["versions"],
): string[] {
  return Object.entries(committed)
    .filter(([name, version]) => versions[name] !== version)
    .map(([name, version]) =>
      `${name} is ${versions[name]}, and was ${version}`
    );
}

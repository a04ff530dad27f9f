/**
 * The Supabase CLI, which npm has, and a project for it to write into.
 *
 * @module
 */
import { cp } from "node:fs/promises";

const CLI = "supabase@3.1.0";

const QUIET = { DO_NOT_TRACK: "1", SUPABASE_TELEMETRY_DISABLED: "1" };

/** What it said, on either stream, and whether it was content. */
export interface Said {
  readonly success: boolean;
  readonly text: string;
}

/** Runs it with `args` on the project in `root`. */
export async function supabase(
  root: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Said> {
  const { success, stdout, stderr } = await new Deno.Command("npx", {
    args: ["-y", CLI, ...args, "--workdir", root],
    env: { ...QUIET, ...env },
  }).output();
  const decoder = new TextDecoder();
  return { success, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

const PROJECT = new URL("../../supabase/", import.meta.url);

/** The whole project, copied. */
export interface Copy extends AsyncDisposable {
  /** The folder that `supabase/` is in. */
  readonly root: string;
}

/** Copies the project, since the CLI leaves files in it. */
export async function copyProject(): Promise<Copy> {
  const root = await Deno.makeTempDir({ prefix: "portico-cli-" });
  await cp(PROJECT, `${root}/supabase`, { recursive: true });
  return {
    root,
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

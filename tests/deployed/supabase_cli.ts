/**
 * The Supabase CLI, which npm has.
 *
 * @module
 */
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

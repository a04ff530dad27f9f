/**
 * The Deno that Supabase's edge runtime is made of.
 *
 * @module
 */

/** Source: the version that Supabase's edge runtime is built from. */
export const HOSTED = "2.1.4";

/** Of this version alone: it knows no other way to trust what its machine does. */
export const TRUST = { DENO_TLS_CA_STORE: "system" };

const WHERE = "console.log(Deno.version.deno, Deno.execPath())";

let path: Promise<string> | undefined;

/** The path of its program. npx has it, and would be a process too many. */
export function hostedDeno(): Promise<string> {
  return path ??= find();
}

async function find(): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("npx", {
    args: ["-y", `deno@${HOSTED}`, "eval", "--no-lock", "--no-config", WHERE],
    env: TRUST,
  }).output();
  const said = new TextDecoder().decode(success ? stdout : stderr).trim();
  if (!said.startsWith(`${HOSTED} `)) throw new Error(said);
  return said.slice(HOSTED.length + 1);
}

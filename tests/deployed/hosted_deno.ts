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

/** What a program says in JSON of what it is given, there and without a right. */
export async function saidBy(
  program: URL,
  given: Uint8Array<ArrayBuffer>,
): Promise<unknown> {
  const child = new Deno.Command(await hostedDeno(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--no-check", "--no-config"],
      ...["--no-lock", "--no-npm", program.href],
    ],
    env: TRUST,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const sent = new Blob([given]).stream().pipeTo(child.stdin);
  const { stdout, success } = await child.output();
  await sent;
  if (!success) throw new Error(`${program.pathname} failed`);
  return JSON.parse(new TextDecoder().decode(stdout));
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

/**
 * A function under the type checker of the hosted Deno, which knows what that
 * version has: a newer method is an error, on whatever line it would run.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Registry } from "../../tools/jsr/registry.ts";
import { hostedDeno, TRUST } from "./hosted_deno.ts";
import { filesBelow, projectWith } from "./project.ts";

/** What the checker says of the function `name`: nothing, if it is content. */
export async function complaintsOf(
  name: string,
  registry: Registry,
): Promise<string> {
  await using project = await projectWith(name);
  const functions = new URL("functions/", project.home);
  for (const path of await filesBelow(functions)) {
    if (path.endsWith(".ts")) await makeOlder(new URL(path, functions));
  }
  const file = (path: string) => fileURLToPath(new URL(path, functions));
  const { success, stderr } = await new Deno.Command(await hostedDeno(), {
    args: [
      ...["check", "--quiet", "--no-lock"],
      `--config=${file(`${name}/deno.json`)}`,
      file(`${name}/index.ts`),
    ],
    env: { ...TRUST, JSR_URL: registry.url, NO_COLOR: "1" },
  }).output();
  return success ? "" : new TextDecoder().decode(stderr);
}

/** TypeScript 5.6 has one `Uint8Array`; the type arguments came with 5.7. */
async function makeOlder(file: URL): Promise<void> {
  const source = await Deno.readTextFile(file);
  const older = source.replaceAll("Uint8Array<ArrayBuffer>", "Uint8Array");
  await Deno.writeTextFile(file, older);
}

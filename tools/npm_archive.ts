/**
 * An npm package as its archive, which is the one that is known.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";

/** Which, and where it is put. */
export interface Known {
  /** With its version. */
  readonly name: string;
  /** As the registry has it: `sha512-…`. */
  readonly integrity: string;
  /** Ends with a slash, and is made if it is not there. */
  readonly folder: URL;
}

/** Files of an archive that was downloaded. */
export interface Archive {
  /** The file at `path` of the package. */
  read(path: string): Promise<Buffer>;
  /** Puts all its files into `folder`, which is made if it is not there. */
  unpack(folder: URL): Promise<void>;
}

/** Asks npm for it. Throws if it is another than was known. */
export async function download(known: Known): Promise<Archive> {
  const { name, integrity, folder } = known;
  await Deno.mkdir(folder, { recursive: true });
  const said = await run("npm", ["pack", "--silent", name], folder);
  const archive = said.toString().trim();
  const bytes = await Deno.readFile(new URL(archive, folder));
  const digest = createHash("sha512").update(bytes).digest("base64");
  if (`sha512-${digest}` !== integrity) {
    throw new Error(
      `Cannot use ${archive}, which is another: sha512-${digest}`,
    );
  }
  return {
    read: (path) => run("tar", ["-xzOf", archive, `package/${path}`], folder),
    async unpack(into) {
      await Deno.mkdir(into, { recursive: true });
      const from = fileURLToPath(new URL(archive, folder));
      await run("tar", ["-xzf", from, "--strip-components=1"], into);
    },
  };
}

async function run(
  command: string,
  args: readonly string[],
  cwd: URL,
): Promise<Buffer> {
  const options = { args: [...args], cwd };
  const { success, stdout } = await new Deno.Command(command, options).output();
  if (!success) throw new Error(`Cannot ${command} ${args.join(" ")}`);
  return Buffer.from(stdout);
}

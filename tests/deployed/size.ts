/**
 * How much of a function a deploy carries: its own modules, and every file of
 * every npm package that it reaches, now or later. The platform ships packages
 * whole.
 *
 * @module
 */
import { promisify } from "node:util";
import { pathToFileURL } from "node:url";
import { brotliCompress, constants } from "node:zlib";
import { runDeno, type Source } from "./form.ts";
import { filesBelow } from "./project.ts";

/** In bytes. */
export interface Size {
  readonly raw: number;
  readonly brotli: number;
}

/** What Deno says of a graph of modules. */
interface Graph {
  readonly modules: readonly { readonly local?: string }[];
  readonly npmPackages: Readonly<Record<string, { localPath: string }>>;
}

/** The default of most who compress with brotli. 11 takes a minute. */
const QUALITY = 6;

/** How large the function is, with all that it brings. */
export async function sizeOf(source: Source): Promise<Size> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for (const file of await deployedFiles(source)) {
    chunks.push(await Deno.readFile(file));
  }
  const whole = new Uint8Array(await new Blob(chunks).arrayBuffer());
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: whole.length,
  };
  const compressed = await promisify(brotliCompress)(whole, { params });
  return { raw: whole.length, brotli: compressed.length };
}

/** Every file that a deploy brings to the platform. */
async function deployedFiles(source: Source): Promise<URL[]> {
  await runDeno(source, "cache"); // the graph alone brings no package
  const graph: Graph = JSON.parse(await runDeno(source, "info", "--json"));
  const { modules, npmPackages } = graph;
  const files = modules.flatMap(({ local }) => local ?? [])
    .map((path) => pathToFileURL(path));
  for (const { localPath } of Object.values(npmPackages)) {
    const home = pathToFileURL(`${localPath}/`);
    for (const path of await filesBelow(home)) {
      files.push(
        new URL(path.split("/").map(encodeURIComponent).join("/"), home),
      );
    }
  }
  return files;
}

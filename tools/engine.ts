/**
 * Builds the image engine from Debian's sources, and puts it where image-proxy
 * finds it. On Debian 12, as root: see engine/README.md.
 *
 *     deno task engine         writes supabase/functions/image-proxy/engine/wasm.ts
 *     deno task engine:check   says whether it is what the sources give, or fails
 *
 * @module
 */
import { gzipSync } from "node:zlib";
import { ENGINE_SHA256 } from "../supabase/functions/image-proxy/engine/version.ts";
import { ENGINE } from "../supabase/functions/image-proxy/engine/wasm.ts";
import {
  type Build,
  build,
  changes,
  linesOf,
  type Script,
} from "./debian_build.ts";

const ROOT = new URL("../", import.meta.url);
const SCRIPT: Script = {
  script: new URL("engine/build.sh", ROOT),
  folder: new URL(".local/engine/", ROOT),
  file: "engine.wasm",
};
const HOME = new URL("supabase/functions/image-proxy/engine/", ROOT);

function moduleOf({ wasm, sha256, versions }: Build): string {
  const gzip = gzipSync(wasm, { level: 9 }).toString("base64");
  return `/**
 * The image engine: WebAssembly, in gzip, in base64, since a deploy takes no
 * other files. Written by \`deno task engine\` from \`engine/\`; its licences are
 * in \`NOTICE\` there.
 *
 * @module
 */

export const ENGINE = {
  /** Of the module as it is unpacked. */
  sha256: "${sha256}",
  /** Of the Debian packages whose sources are in it, and of the compiler. */
  versions: {
${linesOf(versions)}  },
  gzip:
    "${gzip}",
} as const;
`;
}

function versionOf({ sha256 }: Build): string {
  return `/**
 * Which engine it is, without loading it. No I/O. Written by \`deno task engine\`.
 *
 * @module
 */

/** Of the module in \`wasm.ts\`. */
export const ENGINE_SHA256: string =
  "${sha256}";
`;
}

async function main(isCheck: boolean): Promise<void> {
  // deno-lint-ignore no-console -- a command talks to a terminal
  const say = console.log;
  const built = await build(SCRIPT);
  if (!isCheck) {
    await Deno.writeTextFile(new URL("wasm.ts", HOME), moduleOf(built));
    await Deno.writeTextFile(new URL("version.ts", HOME), versionOf(built));
    return;
  }
  for (const line of changes(built, ENGINE.versions)) say(line);
  const isSame = built.sha256 === ENGINE.sha256 &&
    built.sha256 === ENGINE_SHA256;
  say(`${built.sha256} ${isSame ? "is" : "is not"} what is in wasm.ts`);
  if (!isSame) Deno.exitCode = 1;
}

if (import.meta.main) await main(Deno.args.includes("--check"));

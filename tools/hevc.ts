/**
 * Builds the decoder of HEVC from Debian's sources, and puts it where
 * image-proxy finds it. On Debian 12, as root: see engine/hevc/README.md.
 *
 *     deno task hevc         writes supabase/functions/image-proxy/heic/decoder_wasm.ts
 *     deno task hevc:check   says whether it is what the sources give, or fails
 *
 * @module
 */
import {
  type Build,
  build,
  changes,
  linesOf,
  type Script,
} from "./debian_build.ts";
import { packed } from "./packed.ts";

const ROOT = new URL("../", import.meta.url);
const SCRIPT: Script = {
  script: new URL("engine/hevc/build.sh", ROOT),
  folder: new URL(".local/hevc/", ROOT),
  file: "hevc.wasm",
};
const MODULE = new URL(
  "supabase/functions/image-proxy/heic/decoder_wasm.ts",
  ROOT,
);

function moduleOf({ wasm, sha256, versions }: Build): string {
  return `/**
 * The decoder of HEVC: WebAssembly, in brotli, in base64, since a deploy takes
 * no other files. Written by \`deno task hevc\` from \`engine/hevc/\`; its licence
 * is in \`NOTICE\`.
 *
 * @module
 */

export const DECODER = {
  /** Of the module as it is unpacked. */
  sha256: "${sha256}",
  /** Of the Debian packages whose sources are in it, and of the compiler. */
  versions: {
${linesOf(versions)}  },
  brotli:
    "${packed(wasm)}",
} as const;
`;
}

async function main(isCheck: boolean): Promise<void> {
  // deno-lint-ignore no-console -- a command talks to a terminal
  const say = console.log;
  const built = await build(SCRIPT);
  if (!isCheck) {
    await Deno.writeTextFile(MODULE, moduleOf(built));
    return;
  }
  const { DECODER } = await import(MODULE.href);
  for (const line of changes(built, DECODER.versions)) say(line);
  const isSame = built.sha256 === DECODER.sha256;
  say(`${built.sha256} ${isSame ? "is" : "is not"} what is in decoder_wasm.ts`);
  if (!isSame) Deno.exitCode = 1;
}

if (import.meta.main) await main(Deno.args.includes("--check"));

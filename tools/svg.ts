/**
 * Takes the renderer of SVG out of the npm package that has it, puts a meter
 * into it, and puts it where image-proxy finds it.
 *
 *     deno task svg         writes supabase/functions/image-proxy/svg/renderer_wasm.ts
 *     deno task svg:check   says whether it is what the package makes, or fails
 *
 * @module
 */
import { MAX_MEMORY } from "../supabase/functions/image-proxy/svg/costs.ts";
import { metered } from "./fuel.ts";
import { download } from "./npm_archive.ts";
import { packed, sha256Of } from "./packed.ts";

const ROOT = new URL("../", import.meta.url);
const FOLDER = new URL(".local/svg/", ROOT);
const OUTPUT = new URL(
  "supabase/functions/image-proxy/svg/renderer_wasm.ts",
  ROOT,
);

const PACKAGE = "@resvg/resvg-wasm@2.6.2";
const INTEGRITY =
  "sha512-FqALmHI8D4o6lk/LRWDnhw95z5eO+eAa6ORjVg09YRR7BkcM6oPHU9uyC0gtQG5vpFLvgpeU4+zEAz2H8APHNw==";
const PATH = "index_bg.wasm";

/** Bytes that memory grows by. */
const PAGE = 65_536;

function moduleOf(wasm: Uint8Array, from: Uint8Array): string {
  return `/**
 * The renderer of SVG: WebAssembly, in brotli, in base64, since a deploy takes
 * no other files. Written by \`deno task svg\`; its licences are in \`NOTICE\`.
 *
 * @module
 */

export const RENDERER = {
  /** Of the module as it is unpacked. */
  sha256: "${sha256Of(wasm)}",
  /** Of the npm package that it is from, and of the module in it. */
  from: {
    name: "${PACKAGE}",
    sha256: "${sha256Of(from)}",
  },
  brotli:
    "${packed(wasm)}",
} as const;
`;
}

async function main(isCheck: boolean): Promise<void> {
  // deno-lint-ignore no-console -- a command talks to a terminal
  const say = console.log;
  const known = { name: PACKAGE, integrity: INTEGRITY, folder: FOLDER };
  const from = await (await download(known)).read(PATH);
  const wasm = metered(from, { maxPages: MAX_MEMORY / PAGE });
  const text = moduleOf(wasm, from);
  if (!isCheck) return await Deno.writeTextFile(OUTPUT, text);
  const isSame = await Deno.readTextFile(OUTPUT) === text;
  say(`${sha256Of(wasm)} ${isSame ? "is" : "is not"} what is committed`);
  if (!isSame) Deno.exitCode = 1;
}

if (import.meta.main) await main(Deno.args.includes("--check"));

/**
 * Takes the GIF decoder out of the npm package that has it, and puts it where
 * image-proxy finds it. The package itself would cost a deploy 2.4 MB in brotli:
 * it has native add-ons for five platforms.
 *
 *     deno task gif         writes supabase/functions/image-proxy/gif/decoder_wasm.ts
 *     deno task gif:check   says whether it is what the package has, or fails
 *
 * @module
 */
import { DECODER } from "../supabase/functions/image-proxy/gif/decoder_wasm.ts";
import { download } from "./npm_archive.ts";
import { packed, sha256Of } from "./packed.ts";

const ROOT = new URL("../", import.meta.url);
const FOLDER = new URL(".local/gif/", ROOT);
const OUTPUT = new URL(
  "supabase/functions/image-proxy/gif/decoder_wasm.ts",
  ROOT,
);

const VERSION = "1.3.1";
const INTEGRITY =
  "sha512-ue/zxSyEzj7je8Nlt2vjY9GEa2BbScFSRZJq7OTVDZFp0r57fyuxrlsF8qWgxTP+kP8WklTw4by/ZEYVX5S13w==";

const PATH = "wasm/any/gif.wasm";
const SHA256 =
  "f7f44aba19ee1832542a5bcbb70ba08d4f578c5cfaddcc7c54c2e614f417f49d";

/** What is in it: the names stand in the module itself. */
const CRATES = { gif: "0.11.2", weezl: "0.1.4", "color_quant": "1.1.0" };

function moduleOf(wasm: Uint8Array): string {
  const versions = Object.entries({ imagescript: VERSION, ...CRATES });
  const rows = versions.map(([name, version]) =>
    `    "${name}": "${version}",`
  );
  return `/**
 * The GIF decoder: WebAssembly, in brotli, in base64, since a deploy takes no
 * other files. Written by \`deno task gif\`; its licences are in \`NOTICE\`.
 *
 * @module
 */

export const DECODER = {
  /** Of the module as it is unpacked. */
  sha256: "${SHA256}",
  /** Of the npm package that it is from, and of what is in it. */
  versions: {
${rows.join("\n")}
  },
  brotli:
    "${packed(wasm)}",
} as const;
`;
}

async function main(isCheck: boolean): Promise<void> {
  const archive = await download({
    name: `imagescript@${VERSION}`,
    integrity: INTEGRITY,
    folder: FOLDER,
  });
  const wasm = await archive.read(PATH);
  const sha256 = sha256Of(wasm);
  if (sha256 !== SHA256) {
    throw new Error(`Cannot use ${PATH}, which is another: ${sha256}`);
  }
  if (!isCheck) return await Deno.writeTextFile(OUTPUT, moduleOf(wasm));
  const isSame = sha256 === DECODER.sha256;
  // deno-lint-ignore no-console -- a command talks to a terminal
  console.log(
    `${sha256} ${isSame ? "is" : "is not"} what is in decoder_wasm.ts`,
  );
  if (!isSame) Deno.exitCode = 1;
}

if (import.meta.main) await main(Deno.args.includes("--check"));

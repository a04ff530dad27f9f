/**
 * Takes the AVIF codec out of the npm package that has it, and puts it where
 * image-proxy finds it.
 *
 *     deno task avif         writes supabase/functions/image-proxy/avif/*_wasm.ts
 *     deno task avif:check   says whether they are what the package has, or fails
 *
 * @module
 */
import { DECODER } from "../supabase/functions/image-proxy/avif/decoder_wasm.ts";
import { ENCODER } from "../supabase/functions/image-proxy/avif/encoder_wasm.ts";
import { download } from "./npm_archive.ts";
import { packed, sha256Of } from "./packed.ts";

const ROOT = new URL("../", import.meta.url);
const FOLDER = new URL(".local/avif/", ROOT);
const OUTPUT = new URL("supabase/functions/image-proxy/avif/", ROOT);

const PACKAGE = "icodec@0.6.0";
const INTEGRITY =
  "sha512-m9ptjNaqBTmnTOc7CkNgTXFrAY6QBjiyri6Ba66AGfGN1+OWPBej8cKgeZ+LwKH53zwDu36zukX2PaO8NTUMbw==";

interface Codec {
  readonly name: "decoder" | "encoder";
  readonly path: string;
  readonly sha256: string;
  /** What is committed. */
  readonly now: { readonly sha256: string };
}

const CODECS: readonly Codec[] = [
  {
    name: "decoder",
    path: "dist/avif-dec.wasm",
    sha256: "3c2f7bd5e0643525cf8e266f60b0c37c3e69d38801ac79627021d1e1c98f6f50",
    now: DECODER,
  },
  {
    name: "encoder",
    path: "dist/avif-enc.wasm",
    sha256: "3ee9bb40ffd8c2e62481ba615cedeb56fb8049b43788e6ffdd9154b84926a501",
    now: ENCODER,
  },
];

/** Of what is in `versions.json` of the package, what is in these modules. */
const LIBRARIES: readonly string[] = ["libavif", "aom", "libwebp"];

/** "libavif": "v1.1.1", and so on. */
function versionsOf(json: string): [name: string, version: string][] {
  const all: { name: string; version: string }[] = JSON.parse(json);
  return all.filter(({ name }) => LIBRARIES.includes(name))
    .map(({ name, version }) => [name, version]);
}

function moduleOf(
  { name, sha256 }: Codec,
  wasm: Uint8Array,
  versions: readonly (readonly [string, string])[],
): string {
  const pairs = versions.map(([library, version]) =>
    `    "${library}": "${version}",\n`
  );
  return `/**
 * The AVIF ${name}: WebAssembly, in brotli, in base64, since a deploy takes no
 * other files. Written by \`deno task avif\`; its licences are in \`NOTICE\`.
 *
 * @module
 */

export const ${name.toUpperCase()} = {
  /** Of the module as it is unpacked. */
  sha256: "${sha256}",
  /** Of the npm package that it is from, and of what is in it. */
  versions: {
    "${PACKAGE.split("@")[0]}": "${PACKAGE.split("@")[1]}",
${pairs.join("")}  },
  brotli:
    "${packed(wasm)}",
} as const;
`;
}

async function main(isCheck: boolean): Promise<void> {
  // deno-lint-ignore no-console -- a command talks to a terminal
  const say = console.log;
  const archive = await download({
    name: PACKAGE,
    integrity: INTEGRITY,
    folder: FOLDER,
  });
  const json = (await archive.read("versions.json")).toString();
  const versions = versionsOf(json);
  for (const codec of CODECS) {
    const wasm = await archive.read(codec.path);
    const sha256 = sha256Of(wasm);
    if (sha256 !== codec.sha256) {
      throw new Error(`Cannot use ${codec.path}, which is another: ${sha256}`);
    }
    if (!isCheck) {
      const text = moduleOf(codec, wasm, versions);
      await Deno.writeTextFile(new URL(`${codec.name}_wasm.ts`, OUTPUT), text);
      continue;
    }
    const isSame = sha256 === codec.now.sha256;
    say(
      `${sha256} ${isSame ? "is" : "is not"} what is in ${codec.name}_wasm.ts`,
    );
    if (!isSame) Deno.exitCode = 1;
  }
}

if (import.meta.main) await main(Deno.args.includes("--check"));

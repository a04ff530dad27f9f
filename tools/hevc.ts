/**
 * Builds the decoder of HEVC from Debian's sources, and puts it where
 * image-proxy finds it. On Debian 12, as root: see engine/hevc/README.md.
 *
 *     deno task hevc         writes supabase/functions/image-proxy/heic/decoder_wasm.ts
 *     deno task hevc:check   says whether it is what the sources give, or fails
 *
 * @module
 */
import { packed, sha256Of } from "./packed.ts";

const ROOT = new URL("../", import.meta.url);
const FOLDER = new URL(".local/hevc/", ROOT);
const MODULE = new URL(
  "supabase/functions/image-proxy/heic/decoder_wasm.ts",
  ROOT,
);

interface Build {
  readonly wasm: Uint8Array;
  readonly sha256: string;
  /** By package. */
  readonly versions: Readonly<Record<string, string>>;
}

async function build(): Promise<Build> {
  const { success } = await new Deno.Command(
    new URL("engine/hevc/build.sh", ROOT).pathname,
    { args: [FOLDER.pathname] },
  ).spawn().status;
  if (!success) throw new Error("Cannot build the decoder");
  const wasm = await Deno.readFile(new URL("hevc.wasm", FOLDER));
  const lines = await Deno.readTextFile(new URL("versions.txt", FOLDER));
  const versions = Object.fromEntries(
    lines.trim().split("\n").map((line) => line.split(" ")),
  );
  const sha256 = sha256Of(wasm);
  return { wasm, sha256, versions };
}

function moduleOf({ wasm, sha256, versions }: Build): string {
  const pairs = Object.entries(versions).map(([name, version]) =>
    `    "${name}": "${version}",\n`
  );
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
${pairs.join("")}  },
  brotli:
    "${packed(wasm)}",
} as const;
`;
}

async function main(isCheck: boolean): Promise<void> {
  // deno-lint-ignore no-console -- a command talks to a terminal
  const say = console.log;
  const built = await build();
  if (!isCheck) {
    await Deno.writeTextFile(MODULE, moduleOf(built));
    return;
  }
  const { DECODER } = await import(MODULE.href);
  for (const [name, version] of Object.entries(DECODER.versions)) {
    const now = built.versions[name];
    if (now !== version) say(`${name} is ${now}, and was ${version}`);
  }
  const isSame = built.sha256 === DECODER.sha256;
  say(`${built.sha256} ${isSame ? "is" : "is not"} what is in decoder_wasm.ts`);
  if (!isSame) Deno.exitCode = 1;
}

if (import.meta.main) await main(Deno.args.includes("--check"));

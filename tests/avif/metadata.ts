/**
 * What sharp says of pictures.
 *
 * @module
 */
import { Buffer } from "node:buffer";

/** As sharp has it. */
export interface Metadata {
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
  readonly bitsPerSample: number;
  readonly hasProfile: boolean;
}

/** Of all `files`, in their order, from one process. */
export async function metadata(
  files: readonly Uint8Array[],
): Promise<Metadata[]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--frozen", "--no-check"],
      ...["--allow-ffi", "--allow-env", "--allow-read", "--allow-sys"],
      new URL("metadata_process.ts", import.meta.url).href,
    ],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const texts = files.map((file) => Buffer.from(file).toString("base64"));
  const asked = new Blob([JSON.stringify(texts)]).stream().pipeTo(child.stdin);
  const { stdout, success } = await child.output();
  await asked;
  if (!success) throw new Error("sharp has failed");
  return JSON.parse(new TextDecoder().decode(stdout));
}

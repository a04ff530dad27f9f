/**
 * BMP, ICO and TIFF under a Deno that is not the tests' own: reads one from its
 * input, and says what its pixels are, and which files become of them.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { sourceOf } from "../../supabase/functions/image-proxy/decoders.ts";
import { encoderOf } from "../../supabase/functions/image-proxy/encoders.ts";
import { transform } from "../../supabase/functions/image-proxy/engine/transform.ts";
import { readHeader } from "../../supabase/functions/image-proxy/header/read.ts";

const file = new Uint8Array(
  await new Response(Deno.stdin.readable).arrayBuffer(),
);
const header = readHeader(file);
if (typeof header === "string") throw new Error(header);
const source = await sourceOf(file, header, { size: header.size, ns: 1e9 });
if (typeof source === "string") throw new Error(source);
const result = await transform(source, { format: "pixels" });
if (!result.ok) throw new Error(result.failure);

const { size, hasAlpha, bytes: pixels } = result.picture;
const image = { ...size, hasAlpha, pixels, from: size };
const encoding = { quality: 80, background: 0, ns: 1e9 };
const files: string[] = [];
for (const format of ["bmp", "tiff"] as const) {
  const encode = await encoderOf(format);
  const made = await encode?.(image, encoding) ?? "";
  files.push(typeof made === "string" ? made : base64Of(made));
}
const said = {
  deno: Deno.version.deno,
  header,
  pixels: base64Of(pixels),
  files,
};
await new Blob([JSON.stringify(said)]).stream().pipeTo(Deno.stdout.writable);

function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

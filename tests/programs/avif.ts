/**
 * AVIF under a Deno that is not the tests' own: reads one from its input, and
 * says what became of it, of another after it, and of its pixels.
 *
 * @module
 */
import { decode } from "../../supabase/functions/image-proxy/avif/decoder.ts";
import { encode } from "../../supabase/functions/image-proxy/avif/encoder.ts";

const source = new Uint8Array(
  await new Response(Deno.stdin.readable).arrayBuffer(),
);
const picture = await decode(source);
if (typeof picture === "string") throw new Error(picture);
const states = await Promise.all(
  (["ffi", "run", "read", "write", "net", "env"] as const).map((name) =>
    Deno.permissions.query({ name })
  ),
);
const file = await encode(picture, { quality: 60 });
const said = {
  deno: Deno.version.deno,
  granted: states.filter(({ state }) => state === "granted").length,
  pixels: Array.from(picture.pixels),
  cut: await decode(source.subarray(0, 999)),
  again: (await decode(source) as typeof picture).pixels.length,
  file: typeof file === "string" ? file : Array.from(file),
};
await new Blob([JSON.stringify(said)]).stream().pipeTo(Deno.stdout.writable);

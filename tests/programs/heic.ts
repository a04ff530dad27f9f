/**
 * HEIC under a Deno that is not the tests' own: reads one from its input, and
 * says what became of it, of another after it, and of its pixels.
 *
 * @module
 */
import { heicHeader } from "../../supabase/functions/image-proxy/header/heic.ts";
import { heicSource } from "../../supabase/functions/image-proxy/heic/source.ts";

const file = new Uint8Array(
  await new Response(Deno.stdin.readable).arrayBuffer(),
);
const states = await Promise.all(
  (["ffi", "run", "read", "write", "net", "env"] as const).map((name) =>
    Deno.permissions.query({ name })
  ),
);

async function pixelsOf(): Promise<number[]> {
  const source = await heicSource(file, undefined, {
    size: { width: 64, height: 48 },
  });
  if (typeof source === "string" || source instanceof Uint8Array) return [];
  const { size: { width, height }, pixels } = source;
  if (pixels instanceof Uint8Array) return [];
  const all = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) {
    pixels(y, all.subarray(4 * width * y, 4 * width * (y + 1)));
  }
  return Array.from(all);
}

const said = {
  deno: Deno.version.deno,
  granted: states.filter(({ state }) => state === "granted").length,
  pixels: await pixelsOf(),
  again: await pixelsOf(),
  cut: heicHeader(file.subarray(0, 99)),
};
await new Blob([JSON.stringify(said)]).stream().pipeTo(Deno.stdout.writable);

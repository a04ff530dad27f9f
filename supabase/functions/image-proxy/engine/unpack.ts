/**
 * The engine's module, from the text that it travels in.
 *
 * @module
 */
import { ENGINE } from "./wasm.ts";

/** The bytes of the module: about 1 MB. */
export async function unpack(): Promise<ArrayBuffer> {
  const packed = Uint8Array.from(atob(ENGINE.gzip), (it) => it.charCodeAt(0));
  const stream = new Blob([packed]).stream()
    .pipeThrough(new DecompressionStream("gzip"));
  return await new Response(stream).arrayBuffer();
}

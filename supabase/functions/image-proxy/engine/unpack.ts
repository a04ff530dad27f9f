/**
 * The engine's module, from the text that it travels in.
 *
 * @module
 */
import { ENGINE } from "./wasm.ts";

/** The bytes of the module: about 1.4 MB. */
export async function unpack(): Promise<ArrayBuffer> {
  const stream = new Blob([bytesOf(ENGINE.gzip)]).stream()
    .pipeThrough(new DecompressionStream("gzip"));
  return await new Response(stream).arrayBuffer();
}

/** By hand: `Uint8Array.from` goes through an iterator, and takes 20 MB for it. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

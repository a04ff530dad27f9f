/**
 * Uppy, headless. Its types bring those of a browser with them, which are not
 * Deno's and would be everybody's, so that it is typed here.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Named } from "./tus.ts";

interface Client {
  use(plugin: unknown, options: Record<string, unknown>): Client;
  addFile(file: { name: string; data: Buffer; meta: Named }): string;
  upload(): Promise<{ failed: unknown[]; successful: unknown[] } | undefined>;
  destroy(): void;
}

// Not as literals, or the compiler would read the types.
const [CORE, TUS]: string[] = ["@uppy/core", "@uppy/tus"];

const core: { default: new () => Client } = await import(`${CORE}`);
const tus: { default: unknown } = await import(`${TUS}`);

/** Uploads `content` with an unmodified `@uppy/tus`. Returns what failed. */
export async function sendWithUppy(
  content: Uint8Array,
  meta: Named,
  options: { endpoint: string; headers: Named; chunkSize: number },
): Promise<unknown[]> {
  const client = new core.default().use(tus.default, {
    ...options,
    allowedMetaFields: Object.keys(meta),
  });
  // Outside of a browser the client beneath takes buffers, and no blobs.
  client.addFile({ name: "a.bin", data: Buffer.from(content), meta });
  const result = await client.upload();
  client.destroy();
  return result?.failed ?? ["nothing was uploaded"];
}

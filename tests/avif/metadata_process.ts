/**
 * sharp, for tests: reads files from its input, and writes what they are.
 *
 * A process of its own, since sharp is native and tests have no right to that.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import sharp from "sharp";
import type { Metadata } from "./metadata.ts";

async function describe(text: string): Promise<Metadata> {
  const said = await sharp(Buffer.from(text, "base64")).metadata();
  const { width, height, hasAlpha, hasProfile } = said;
  const { bitsPerSample = 0 } = said;
  return { width, height, hasAlpha, bitsPerSample, hasProfile };
}

const texts: string[] = await new Response(Deno.stdin.readable).json();
const all: Metadata[] = [];
for (const text of texts) all.push(await describe(text));
await new Blob([JSON.stringify(all)]).stream().pipeTo(Deno.stdout.writable);

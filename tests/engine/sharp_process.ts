/**
 * sharp, for tests: reads jobs from its input, and writes what comes of them.
 *
 * A process of its own, since sharp is native and tests have no right to that.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import sharp from "sharp";
import type { Job } from "./oracle.ts";

async function run({ input, raw, options, calls }: Job): Promise<string> {
  const bytes = Buffer.from(input, "base64");
  let image: unknown = sharp(bytes, { ...options, ...raw && { raw } });
  for (const [name, ...args] of calls) {
    // A chain of calls by name: what each of them takes is sharp's to check.
    const chain = image as Record<string, (...args: unknown[]) => unknown>;
    image = chain[name]?.(...args.map(revived));
  }
  // What is asked about a picture is no picture: then it is sent as JSON.
  const last = await image as { toBuffer?(): Promise<Buffer> };
  const made = await last.toBuffer?.() ?? Buffer.from(JSON.stringify(last));
  return made.toString("base64");
}

/** Pictures that are laid over one another travel as text. */
function revived(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.map((it) => ({ ...it, input: Buffer.from(it.input) }));
}

const jobs: Job[] = await new Response(Deno.stdin.readable).json();
const results: string[] = [];
for (const job of jobs) results.push(await run(job));
await new Blob([JSON.stringify(results)]).stream()
  .pipeTo(Deno.stdout.writable);

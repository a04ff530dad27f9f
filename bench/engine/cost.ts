/**
 * Makes one picture in a process of its own, and says what it was charged. For
 * Deno 2.1.4.
 *
 *     cost.ts <file> <options as JSON>    without options, nothing is made
 *
 * @module
 */
import { planOf } from "../../supabase/functions/image-proxy/engine/geometry.ts";
import { Instance } from "../../supabase/functions/image-proxy/engine/instance.ts";
import {
  asStored,
  turned,
} from "../../supabase/functions/image-proxy/engine/orientation.ts";
import {
  LIMITS,
  type Options,
} from "../../supabase/functions/image-proxy/engine/transform.ts";
import { unpack } from "../../supabase/functions/image-proxy/engine/unpack.ts";

/** What happened. */
export interface Cost {
  readonly failure: string;
  /** In the units of `engine/src/budget.h`. */
  readonly charged: number;
  readonly bytes: number;
  readonly decodeMs: number;
  readonly encodeMs: number;
}

async function costOf(source: Uint8Array, options: Options): Promise<Cost> {
  const instance = new Instance(await WebAssembly.compile(await unpack()));
  const none = { bytes: 0, decodeMs: 0, encodeMs: 0 };
  // No picture is refused for its cost: it is what is measured.
  const header = instance.open(source, { ...LIMITS, cost: Infinity });
  if (typeof header === "string") {
    return { failure: header, charged: instance.spent, ...none };
  }
  const upright = turned(header.size, header.orientation);
  const plan = asStored(planOf(upright, options), upright, header.orientation);
  const { format, quality = 80 } = options;
  const made = instance.make(plan, {
    ...{ format, quality, background: 0, frames: 1 },
  });
  const charged = instance.spent;
  if (typeof made === "string") return { failure: made, charged, ...none };
  const { bytes, timings } = made;
  return { failure: "", charged, bytes: bytes.length, ...timings };
}

const [file = "", options] = Deno.args;
const source = await Deno.readFile(file);
const said = options === undefined
  ? null
  : await costOf(source, JSON.parse(options));
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(said) + "\n"));
// Whoever asked looks at this process before it ends.
for await (const _ of Deno.stdin.readable);

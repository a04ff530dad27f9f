/**
 * What is recorded of each function as it is deployed, in
 * `bench/deployed.json`: how large it is and what it uses. A test compares it
 * with what is so now; `deno task bench deployed` writes it anew.
 *
 * @module
 */
import type { Registry } from "../../tools/jsr/registry.ts";
import { contractOf } from "../contracts/contract.ts";
import { startWorld } from "../world.ts";
import { bundled } from "./form.ts";
import { type Size, sizeOf } from "./size.ts";
import { type Usage, usageOf } from "./usage.ts";

/** `supabase/functions/`. */
export const FUNCTIONS = new URL("../../supabase/functions/", import.meta.url);

/** Where the record is. */
export const RECORD = new URL("../../bench/deployed.json", import.meta.url);

/** All that is recorded of one function. */
export interface Measures extends Size, Usage {}

/** A record: functions by their names. */
export type Record = Readonly<{ [name: string]: Measures }>;

/** Measures the function `name`, bundled, on a stack of its own. */
export async function measure(
  name: string,
  registry: Registry,
): Promise<Measures> {
  await using world = await startWorld();
  const source = { name, functions: FUNCTIONS, registry };
  await using form = await bundled(source);
  const { costly } = await contractOf(name);
  const usage = await usageOf({ name, form, world, registry }, costly);
  return { ...await sizeOf(source), ...usage };
}

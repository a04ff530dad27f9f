/**
 * Pictures of public objects that are kept once made, as who shows one needs
 * them: a shelf that is broken is an empty one.
 *
 * @module
 */
import { afterAnswer } from "../_shared/background.ts";
import type { Made } from "./codec.ts";
import type { Variants } from "./variant_store.ts";

/** In an instance: what has been said to be used today, and when that was. */
const touched = new Map<string, string>();

/** Names that are remembered. A touch too many does no harm. */
const MOST_TOUCHED = 10_000;

/** Where pictures are kept. */
export interface Shelf {
  /** Whether who asks is sent to what is kept. */
  readonly redirects: boolean;
  /** With time of its own. */
  variants(): Variants;
}

/** What is kept under `name`. */
export async function taken(
  { variants }: Shelf,
  name: string,
): Promise<Made | undefined> {
  const made = await variants().find(name).catch(() => undefined);
  if (made !== undefined) touch(variants(), name);
  return made;
}

/** Where everybody finds what is kept under `name`. */
export async function addressOf(
  { variants }: Shelf,
  name: string,
): Promise<string | undefined> {
  const isThere = await variants().has(name).catch(() => false);
  if (!isThere) return undefined;
  touch(variants(), name);
  return variants().urlOf(name);
}

/** Keeps a picture under `name`, once it is sent. */
export function put({ variants }: Shelf, name: string, made: Made): void {
  afterAnswer(variants().keep(name, made));
}

/** Once a day: who is shown a picture waits for nobody to write that down. */
function touch(variants: Variants, name: string): void {
  const today = new Date().toISOString().slice(0, 10);
  if (touched.get(name) === today) return;
  if (touched.size >= MOST_TOUCHED) touched.clear();
  touched.set(name, today);
  afterAnswer(variants.touch(name));
}

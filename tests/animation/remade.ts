/**
 * An animation in every format that moves, as large as half of it.
 *
 * @module
 */
import {
  animated,
  filmOf,
} from "../../supabase/functions/image-proxy/animation/animated.ts";
import { planOf } from "../../supabase/functions/image-proxy/engine/geometry.ts";
import { readHeader } from "../../supabase/functions/image-proxy/header/read.ts";

/** The files, as numbers. */
export async function remade(
  source: Uint8Array,
): Promise<Record<string, number[]>> {
  const header = readHeader(source);
  if (typeof header === "string") throw new Error(header);
  const film = await filmOf(source, header);
  if (typeof film === "string") throw new Error(film);
  const box = { width: Math.ceil(film.size.width / 2) };
  const { size } = planOf(film.size, box);
  const files: Record<string, number[]> = {};
  for (const format of ["gif", "webp", "png"] as const) {
    const plan = { box, size, format, quality: 80, background: 0 };
    const made = await animated(film, plan);
    if (typeof made === "string") throw new Error(made);
    files[format] = Array.from(made.bytes);
  }
  return files;
}

/**
 * Frames that are files of their own, which the engine reads.
 *
 * @module
 */
import type { Failure } from "../decoders.ts";
import { failureOf } from "../engine_failure.ts";
import { transform } from "../engine/transform.ts";
import type { Shot } from "./film.ts";

/** Decodes `file`, which is the one of `shot`, and paints it. */
export async function drawFile(
  file: Uint8Array,
  { part: { width, height } }: Shot,
  paint: (rows: Uint8Array) => void,
): Promise<"drawn" | Failure> {
  const result = await transform(file, { format: "pixels" });
  if (!result.ok) return failureOf(result.failure);
  const { size, bytes } = result.picture;
  if (size.width !== width || size.height !== height) return "unreadable";
  paint(bytes);
  return "drawn";
}

/** To read a profile, and to make a table of colours by it: `colour.c`. */
const PROFILE = 45_000_000;
const PROFILE_PIXEL = 40;

/** What a profile takes of a frame, in nanoseconds. */
export function profileCost(pixels: number): number {
  return PROFILE + PROFILE_PIXEL * pixels;
}

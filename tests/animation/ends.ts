/**
 * How a file ends that somebody wants a picture of.
 *
 * @module
 */
import { Problem } from "../../supabase/functions/_shared/problem.ts";
import {
  headerOf,
  render,
} from "../../supabase/functions/image-proxy/render.ts";
import { wishOf } from "../../supabase/functions/image-proxy/wish.ts";

/** What moves. */
export type Moving = "gif" | "webp" | "png";

/** A status, or whether what has been made moves. */
export async function endOf(
  file: Uint8Array,
  format: Moving = "png",
): Promise<string> {
  try {
    const wish = wishOf({ width: 48, format }, "trusted");
    const made = await render(file, headerOf(file), { wish, newer: [] });
    if (made instanceof Problem) return `${made.status}`;
    const { frames = 1 } = headerOf(made.bytes);
    return frames > 1 ? "moves" : "still";
  } catch (error) {
    if (error instanceof Problem) return `${error.status}`;
    throw error;
  }
}

/**
 * Results that can be compared: what took how long is never the same.
 *
 * @module
 */
import type { Result } from "../../supabase/functions/image-proxy/engine/transform.ts";

/** A result without its times. */
export function untimed(result: Result): unknown {
  if (!result.ok) return result;
  const { timings: _, ...picture } = result.picture;
  return { ...result, picture };
}

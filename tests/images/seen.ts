/**
 * What the engine sees of a source.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import type { Failure } from "../../supabase/functions/image-proxy/decoders.ts";
import type { Size } from "../../supabase/functions/image-proxy/engine/geometry.ts";
import type { Source } from "../../supabase/functions/image-proxy/engine/source.ts";
import { transform } from "../../supabase/functions/image-proxy/engine/transform.ts";

export interface Seen {
  /** Upright. */
  readonly size: Size;
  readonly hasAlpha: boolean;
  /** Red, green, blue and alpha, by rows from the top. */
  readonly pixels: Uint8Array;
}

/** All pixels of it. */
export async function seenOf(source: Source | Failure): Promise<Seen> {
  ok(typeof source !== "string", `${source}`);
  const result = await transform(source, { format: "pixels" });
  ok(result.ok, JSON.stringify(result));
  const { size, hasAlpha, bytes } = result.picture;
  return { size, hasAlpha, pixels: Uint8Array.from(bytes) };
}

/** What becomes of it: `picture`, or why there is none. */
export async function endOf(source: Source | Failure): Promise<string> {
  if (typeof source === "string") return source;
  const result = await transform(source, { width: 64, format: "pixels" });
  return result.ok ? "picture" : result.failure;
}

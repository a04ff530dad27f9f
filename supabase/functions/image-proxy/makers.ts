/**
 * What a picture's bytes depend on beside its options. No I/O.
 *
 * @module
 */
import { ENGINE_SHA256 } from "./engine/version.ts";
import type { Engine } from "./policy.ts";

/** Raised when the same options give other bytes, but by another engine. */
const PICTURES = "1";

/** Who makes the pictures, and which of them they are. */
export function makersOf(engine: Engine): string[] {
  const other = engine.kind === "auto" ? engine.delegate ?? "" : "";
  return [PICTURES, ENGINE_SHA256, engine.kind, other];
}

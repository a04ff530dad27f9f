/**
 * TIFF of what the engine has made.
 *
 * @module
 */
import type { Encoded } from "../encoders.ts";

export function tiffFile(): Promise<Encoded> {
  throw new Error("TIFF is not written yet");
}

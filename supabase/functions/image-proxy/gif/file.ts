/**
 * GIF of what the engine has made.
 *
 * @module
 */
import type { Encoded } from "../encoders.ts";

export function gifFile(): Promise<Encoded> {
  throw new Error("GIF is not written yet");
}

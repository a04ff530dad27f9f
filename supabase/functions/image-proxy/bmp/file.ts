/**
 * BMP of what the engine has made.
 *
 * @module
 */
import type { Encoded } from "../encoders.ts";

export function bmpFile(): Promise<Encoded> {
  throw new Error("BMP is not written yet");
}

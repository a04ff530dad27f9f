/**
 * GIF of what the engine has made.
 *
 * @module
 */
import type { Encode } from "../encoders.ts";

export const gifFile: Encode = () => {
  throw new Error("GIF is not written yet");
};

/**
 * TIFF of what the engine has made.
 *
 * @module
 */
import type { Encode } from "../encoders.ts";

export const tiffFile: Encode = () => {
  throw new Error("TIFF is not written yet");
};

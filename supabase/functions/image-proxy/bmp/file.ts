/**
 * BMP of what the engine has made.
 *
 * @module
 */
import type { Encode } from "../encoders.ts";

export const bmpFile: Encode = () => {
  throw new Error("BMP is not written yet");
};

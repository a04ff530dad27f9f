/**
 * ThumbHash: about 25 bytes in base64, with alpha and the shape of the picture.
 *
 * @module
 */
import { rgbaToThumbHash } from "thumbhash";
import type { Image } from "../encoders.ts";
import { base64Of } from "./base64.ts";
import { inJson } from "./json.ts";

function sketch({ width, height, pixels }: Image): string {
  return base64Of(rgbaToThumbHash(width, height, pixels));
}

export const thumbhash = inJson("thumbhash", sketch);

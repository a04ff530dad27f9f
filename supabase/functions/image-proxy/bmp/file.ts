/**
 * BMP of what the engine has made.
 *
 * @module
 */
import type { Encoded, Encoding, Image } from "../encoders.ts";
import { encodeCost } from "./costs.ts";
import { write } from "./write.ts";

export function bmpFile(image: Image, { ns }: Encoding): Promise<Encoded> {
  const isTooCostly = encodeCost(image) > ns;
  return Promise.resolve(isTooCostly ? "too costly" : write(image));
}

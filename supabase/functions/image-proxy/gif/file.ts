/**
 * GIF of what the engine has made.
 *
 * @module
 */
import type { Encoded, Encoding, Image } from "../encoders.ts";
import { encodeCost } from "./costs.ts";
import { joined } from "./joined.ts";
import { frameOf, startOf, TRAILER } from "./writer.ts";

/** A picture that does not move. It takes no more memory than it has pixels. */
export function gifFile(image: Image, { ns }: Encoding): Promise<Encoded> {
  if (encodeCost(image) > ns) return Promise.resolve("too costly");
  const { width, height, pixels } = image;
  const part = { left: 0, top: 0, width, height };
  const frame = frameOf({ part, pixels, hundredths: 0 });
  return Promise.resolve(joined([startOf(image), ...frame, TRAILER]));
}

/**
 * AVIF of what the engine has made.
 *
 * @module
 */
import type { Encoded, Encoding, Image } from "../encoders.ts";
import { encode } from "./encoder.ts";

export async function avifFile(
  image: Image,
  { quality, ns }: Encoding,
): Promise<Encoded> {
  const file = await encode(image, { quality, cost: ns });
  if (typeof file !== "string") return Uint8Array.from(file);
  if (file === "memory" || file === "cost") return "too costly";
  throw new Error(`The encoder of AVIF failed: ${file}`);
}

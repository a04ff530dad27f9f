/**
 * AVIF for the engine: pixels, and what their colours mean.
 *
 * @module
 */
import type { Failure } from "../decoders.ts";
import type { Source } from "../engine/source.ts";
import { colourProfile } from "../colour/colour_profile.ts";
import { failureOf } from "../header/refused.ts";
import { decode, type DecodeFailure } from "./decoder.ts";

export async function avifSource(
  file: Uint8Array,
): Promise<Source | Failure> {
  const decoded = await decode(file);
  if (typeof decoded === "string") return notDecoded(decoded);
  const { width, height, hasAlpha, pixels, header } = decoded;
  const { orientation } = header;
  const profile = header.profile ?? colourProfile(header.colour);
  const size = { width, height };
  return { size, hasAlpha, pixels, orientation, ...profile && { profile } };
}

function notDecoded(failure: DecodeFailure): Failure {
  switch (failure) {
    case "pixels":
    case "memory":
    case "cost":
      return "too costly";
    case "trap":
      throw new Error("The decoder of AVIF failed");
    default:
      return failureOf(failure);
  }
}

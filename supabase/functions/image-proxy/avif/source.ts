/**
 * AVIF for the engine: pixels, and what their colours mean.
 *
 * @module
 */
import type { Decode, Failure } from "../decoders.ts";
import { colourProfile } from "./colour_profile.ts";
import { decode, type DecodeFailure } from "./decoder.ts";

export const avifSource: Decode = async (file) => {
  const decoded = await decode(file);
  if (typeof decoded === "string") return failureOf(decoded);
  const { width, height, hasAlpha, pixels, header } = decoded;
  const { orientation } = header;
  const profile = header.profile ?? colourProfile(header.colour);
  const size = { width, height };
  return { size, hasAlpha, pixels, orientation, ...profile && { profile } };
};

function failureOf(failure: DecodeFailure): Failure {
  switch (failure) {
    case "format":
    case "unsupported":
      return "unsupported";
    case "corrupt":
    case "truncated":
      return "unreadable";
    case "pixels":
    case "memory":
    case "cost":
      return "too costly";
    case "trap":
      throw new Error("The decoder of AVIF failed");
  }
}

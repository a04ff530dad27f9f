/**
 * From the bytes of an object to a picture, or to what is wrong with them.
 *
 * @module
 */
import { problem } from "../_shared/problem.ts";
import type { NewerFormat } from "./accept.ts";
import { type Failure, type Made, transcode } from "./codec.ts";
import { breaks, isOffered } from "./cost.ts";
import type { Unreadable } from "./header/header.ts";
import { readHeader } from "./header/read.ts";
import { planFor } from "./plan.ts";
import type { Wish } from "./wish.ts";

const notSupported = problem(415, "Image format not supported");
const notReadable = problem(422, "Image not readable");
const tooCostly = problem(422, "Image too costly");

/** What is to be made, for whom. */
export interface Order {
  readonly wish: Wish;
  readonly newer: readonly NewerFormat[];
}

/**
 * The picture that `order` makes of `file`.
 *
 * @throws {Problem} "Image format not supported", "Image not readable" or "Image
 * too costly", the last before anything is decoded.
 */
export async function render(
  file: Uint8Array,
  { wish, newer }: Order,
): Promise<Made> {
  const header = readHeader(file);
  if (typeof header === "string") throw refused(header);
  const broken = breaks(header);
  if (broken !== undefined) {
    throw tooCostly(`Cannot take more ${broken.what}`, { ...broken });
  }
  const terms = { newer, isOffered };
  const made = await transcode(
    file,
    header,
    (sight) => planFor(wish, sight, terms),
  );
  if (typeof made === "string") throw refused(made);
  return made;
}

function refused(failure: Unreadable | Failure) {
  switch (failure) {
    case "unknown":
    case "unsupported":
      return notSupported("Cannot read this format, or this kind of it", {
        supported: ["jpeg", "png", "webp", "avif"],
      });
    case "truncated":
      return notReadable("The file ends before its picture does");
    case "corrupt":
    case "unreadable":
      return notReadable("The file is not what it says");
    case "too costly":
      return tooCostly("Cannot make this within the time of a request");
  }
}

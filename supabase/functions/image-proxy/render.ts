/**
 * From the bytes of an object to a picture, or to what is wrong with them.
 *
 * @module
 */
import { type Problem, problem } from "../_shared/problem.ts";
import type { NewerFormat } from "./accept.ts";
import { type Made, transcode } from "./codec.ts";
import { breaks, costOf, isOffered, type Job, MOST_NS } from "./cost.ts";
import type { Failure } from "./decoders.ts";
import {
  type Header,
  SOURCE_FORMATS,
  type Unreadable,
} from "./header/header.ts";
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
 * Refuses what is no picture by its first bytes: the rest is not read then.
 *
 * @throws {Problem} "Image format not supported" or "Image not readable".
 */
export function requirePicture(start: Uint8Array): void {
  const header = readHeader(start);
  if (typeof header === "string" && header !== "truncated") {
    throw refused(header);
  }
}

/**
 * What `file` says of itself.
 *
 * @throws {Problem} "Image format not supported" or "Image not readable".
 */
export function headerOf(file: Uint8Array): Header {
  const header = readHeader(file);
  if (typeof header === "string") throw refused(header);
  return header;
}

/**
 * The picture that `order` makes of `file`, which begins with `header`; or the
 * problem "Image too costly", for who has somebody else to ask.
 *
 * @throws {Problem} "Image format not supported" or "Image not readable".
 */
export async function render(
  file: Uint8Array,
  header: Header,
  { wish, newer }: Order,
): Promise<Made | Problem> {
  const broken = breaks(header);
  if (broken !== undefined) {
    return tooCostly(`Cannot take more ${broken.what}`, { ...broken });
  }
  let job: Job | undefined;
  const made = await transcode(file, header, (sight) => {
    const base = { header, bytes: file.length, from: sight.size };
    const plan = planFor(wish, sight, {
      newer,
      isOffered: (format, to) => isOffered({ ...base, format, to }),
    });
    job = { ...base, format: plan.format, to: plan.size };
    return { ...plan, job };
  });
  if (made === "too costly") return costly(job);
  if (typeof made === "string") throw refused(made);
  const { costNs = job && costOf(job), ...picture } = made;
  const costMs = costNs === undefined ? {} : { costMs: costNs / 1e6 };
  const origin = { source: header.format, by: "wasm", ...costMs } as const;
  return { ...picture, origin };
}

/** With what it would cost, if that is known: in milliseconds of CPU. */
function costly(job: Job | undefined): Problem {
  const ms = (ns: number) => Math.round(ns / 1e6);
  const facts = job === undefined ? {} : {
    what: "milliseconds",
    limit: ms(MOST_NS),
    cost: ms(costOf(job)),
  };
  return tooCostly("Cannot make this within a request", facts);
}

function refused(failure: Unreadable | Exclude<Failure, "too costly">) {
  switch (failure) {
    case "truncated":
      return notReadable("The file ends before its picture does");
    case "corrupt":
    case "unreadable":
      return notReadable("The file is not what it says");
  }
  const [, why = "Cannot read this format, or this kind of it"] = failure.split(
    "unsupported: ",
  );
  return notSupported(why, { supported: SOURCE_FORMATS });
}

/**
 * From a file to another one, by whichever codec reads the one and writes the
 * other: `decoders.ts` and `encoders.ts` say which. The engine stands between
 * them: it resizes, turns and converts, whatever the formats are.
 *
 * @module
 */
import { animated, filmOf } from "./animation/animated.ts";
import { animationCost, fits } from "./animation/costs.ts";
import { isClear } from "./animation/film.ts";
import { decodeCost, type Job, leftToDecode, MOST_NS } from "./cost.ts";
import { type Failure, sourceOf } from "./decoders.ts";
import { encoderOf, madeAs } from "./encoders.ts";
import { failureOf } from "./engine_failure.ts";
import { planOf, type Size, type Wanted } from "./engine/geometry.ts";
import { turned } from "./engine/orientation.ts";
import type { Source } from "./engine/source.ts";
import { type Picture, transform } from "./engine/transform.ts";
import { type Header, MOST_FRAMES } from "./header/header.ts";
import { canMove, type Plan, type Sight } from "./plan.ts";
import type { DelegateName } from "./policy.ts";
import type { ResultFormat } from "./result.ts";

/** A file that has been made. */
export interface Made {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly format: ResultFormat;
  /** By its name in `server-timing`, in milliseconds. */
  readonly timings: Readonly<Record<string, number>>;
  /** As it was reckoned, if it moves: then it is not the job's. */
  readonly costNs?: number;
  /** Absent if it was made before, and kept. */
  readonly origin?: Origin;
}

/** Of what a picture was made, and by whom. */
export interface Origin {
  readonly source: Header["format"];
  readonly by: "wasm" | DelegateName;
  /** As it was reckoned, in milliseconds of CPU. */
  readonly costMs?: number;
}

/** What to make, and what that will take. */
export interface Costed extends Plan {
  readonly job: Job;
}

/** What to make of a picture. */
export type Planner = (sight: Sight) => Costed;

/**
 * Makes of `file`, which begins with `header`, what `plan` says of it.
 *
 * @throws {Error} For a mistake of a codec.
 */
export async function transcode(
  file: Uint8Array,
  header: Header,
  plan: Planner,
): Promise<Made | Failure> {
  return await moving(file, header, plan) ?? await still(file, header, plan);
}

/** An animation, if it is one, and is to be one, and is not too much. */
async function moving(
  file: Uint8Array,
  header: Header,
  plan: Planner,
): Promise<Made | Failure | undefined> {
  const { frames = 1 } = header;
  if (frames < 2 || frames > MOST_FRAMES) return undefined;
  const film = await filmOf(file, header);
  if (typeof film === "string") return undefined;
  const { format, size } = { ...header, ...film };
  const hasAlpha = isClear(film);
  const planned = plan({ format, size, hasAlpha, moves: true });
  if (!canMove(planned.format) || !fits(film, planned)) return undefined;
  const made = await animated(film, planned);
  if (typeof made === "string") return made;
  const costNs = animationCost(film, planned);
  return { ...made, format: planned.format, costNs };
}

async function still(
  file: Uint8Array,
  header: Header,
  plan: Planner,
): Promise<Made | Failure> {
  const start = performance.now();
  const source = await decoded(file, header, plan);
  if (typeof source === "string") return source;
  const decodeMs = performance.now() - start;

  let planned: Costed | undefined;
  const result = await transform(source, (seen) => {
    planned = plan(header.isVector ? sightOf(header) : ofFile(seen, header));
    const { box, size, format, quality, background } = planned;
    const wanted = header.isVector ? exactly(size, box) : box;
    return { ...wanted, quality, background, format: madeAs(format) };
  });
  if (!result.ok) return failureOf(result.failure);
  if (planned === undefined) throw new Error("A picture that nobody planned");
  const { timings } = result.picture;
  const made = await encoded(result.picture, planned);
  if (typeof made === "string") return made;
  const decode = decodeMs + timings.decodeMs;
  const encode = timings.encodeMs + made.encodeMs;
  return { ...made, timings: { decode, encode } };
}

/** What the engine is to read. */
async function decoded(
  file: Uint8Array,
  header: Header,
  plan: Planner,
): Promise<Source | Failure> {
  // The engine says by itself what it is to make of what it reads.
  if (header.hasAlpha === undefined) return file;
  const sight = sightOf(header);
  const { box, size, job } = plan(sight);
  const { part } = planOf(sight.size, box);
  const need = {
    width: Math.ceil(sight.size.width * size.width / part.width),
    height: Math.ceil(sight.size.height * size.height / part.height),
  };
  const ns = leftToDecode(job);
  if ((header.decodeNs ?? 0) > ns) return "too costly";
  return await sourceOf(file, header, { size: need, ns });
}

/** By a header that says all of it. */
function sightOf({ format, size, isVector, ...rest }: Header): Sight {
  const { hasAlpha = true, orientation = 1 } = rest;
  const upright = turned(size, orientation);
  return { format, size: upright, hasAlpha, ...isVector && { isVector } };
}

/** The engine may have seen pixels alone. */
function ofFile(seen: Omit<Sight, "format">, { format }: Header): Sight {
  const { size, hasAlpha } = seen;
  return { size, hasAlpha, format };
}

/** Of a drawing, which is as large as it was needed, but for parts of a pixel. */
function exactly(size: Size, { fit, gravity }: Wanted): Wanted {
  if (fit !== "cover") return { ...size, fit: "fill" };
  return { ...size, fit, ...gravity && { gravity } };
}

/** What the engine has made, encoded if it could not do that itself. */
async function encoded(
  { bytes, size, hasAlpha, source }: Picture,
  { format, quality, background, job }: Costed,
): Promise<Pick<Made, "bytes" | "format"> & { encodeMs: number } | Failure> {
  const encode = await encoderOf(format);
  if (encode === undefined) return { bytes, format, encodeMs: 0 };
  const start = performance.now();
  const image = { ...size, hasAlpha, pixels: bytes, from: source.size };
  const ns = MOST_NS - decodeCost(job);
  const file = await encode(image, { quality, background, ns });
  if (typeof file === "string") return file;
  return { bytes: file, format, encodeMs: performance.now() - start };
}

/**
 * From a file to another one, by whichever codec reads the one and writes the
 * other: the seam where a format is added.
 *
 * AVIF has codecs of its own. What they read and write is pixels, and the engine
 * stands between them: it resizes, turns and converts, whatever the formats are.
 *
 * @module
 */
import type { ImageFormat } from "../_shared/image_options.ts";
import { decodeCost, type Job, MOST_NS } from "./cost.ts";
import type { DelegateName } from "./policy.ts";
import type { DecodeFailure } from "./avif/decoder.ts";
import type { EncodeFailure } from "./avif/encoder.ts";
import type { Pixels } from "./engine/instance.ts";
import { type Picture, type Result, transform } from "./engine/transform.ts";
import type { Header } from "./header/header.ts";
import type { Plan, Sight } from "./plan.ts";

/** A file that has been made. */
export interface Made {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly format: ImageFormat;
  /** By its name in `server-timing`, in milliseconds. */
  readonly timings: Readonly<Record<string, number>>;
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

/** Why there is none. */
export type Failure =
  /** The file is of another format, or of a kind that is not read. */
  | "unsupported"
  /** It is broken. */
  | "unreadable"
  /** It would take too much time or memory. */
  | "too costly";

/** What to make, and what that will take. */
export interface Costed extends Plan {
  readonly job: Job;
}

/**
 * Makes of `file`, which begins with `header`, what `plan` says of it.
 *
 * @throws {Error} For a mistake of a codec.
 */
export async function transcode(
  file: Uint8Array,
  header: Header,
  plan: (sight: Sight) => Costed,
): Promise<Made | Failure> {
  const start = performance.now();
  const source = header.format === "avif" ? await decodedAvif(file) : file;
  if (typeof source === "string") return failureOf(source);
  const decodeMs = performance.now() - start;

  let quality = 0;
  let leftNs = 0;
  const result = await transform(source, (sight) => {
    const upright = { ...sight, format: header.format };
    const { box, format, job, ...rest } = plan(upright);
    quality = rest.quality;
    leftNs = MOST_NS - decodeCost(job);
    return { ...box, ...rest, format: format === "avif" ? "pixels" : format };
  });
  if (!result.ok) return failureOf(result.failure);
  const { timings } = result.picture;
  const decode = decodeMs + timings.decodeMs;
  const made = await fileOf(result.picture, { quality, cost: leftNs });
  if (typeof made === "string") return failureOf(made);
  const encode = timings.encodeMs + made.encodeMs;
  return { ...made, timings: { decode, encode } };
}

/** The pixels of an AVIF: loaded with the first one. */
async function decodedAvif(file: Uint8Array): Promise<Pixels | DecodeFailure> {
  const [{ decode }, { colourProfile }] = await Promise.all([
    import("./avif/decoder.ts"),
    import("./avif/colour_profile.ts"),
  ]);
  const decoded = await decode(file);
  if (typeof decoded === "string") return decoded;
  const { width, height, hasAlpha, pixels, header } = decoded;
  const { orientation } = header;
  const profile = header.profile ?? colourProfile(header.colour);
  const size = { width, height };
  return { size, hasAlpha, pixels, orientation, ...profile && { profile } };
}

/** What the engine has made, encoded if it could not do that itself. */
async function fileOf(
  { bytes, format, size, hasAlpha }: Picture,
  options: { readonly quality: number; readonly cost: number },
): Promise<Omit<Made, "timings"> & { encodeMs: number } | EncodeFailure> {
  if (format !== "pixels") return { bytes, format, encodeMs: 0 };
  const { encode } = await import("./avif/encoder.ts");
  const start = performance.now();
  const file = await encode({ ...size, hasAlpha, pixels: bytes }, options);
  if (typeof file === "string") return file;
  const encodeMs = performance.now() - start;
  return { bytes: Uint8Array.from(file), format: "avif", encodeMs };
}

type EngineFailure = Extract<Result, { ok: false }>["failure"];

function failureOf(
  failure: EngineFailure | DecodeFailure | EncodeFailure,
): Failure {
  switch (failure) {
    case "format":
    case "unsupported":
      return "unsupported";
    case "corrupt":
    case "truncated":
      return "unreadable";
    case "pixels":
    case "scans":
    case "memory":
    case "cost":
    case "too large":
      return "too costly";
    case "encoder":
    case "trap":
      throw new Error(`A codec failed: ${failure}`);
  }
}

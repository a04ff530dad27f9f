/**
 * From a file to another one, by whichever codec reads the one and writes the
 * other: the seam where a format is added.
 *
 * @module
 */
import type { ImageFormat } from "../_shared/image_options.ts";
import { transform } from "./engine/transform.ts";
import type { Plan, Sight } from "./plan.ts";
import type { Header } from "./header/header.ts";

/** A file that has been made. */
export interface Made {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly format: ImageFormat;
  /** By its name in `server-timing`, in milliseconds. */
  readonly timings: Readonly<Record<string, number>>;
}

/** Why there is none. */
export type Failure =
  /** The file is of another format, or of a kind that is not read. */
  | "unsupported"
  /** It is broken. */
  | "unreadable"
  /** It would take too much time or memory. */
  | "too costly";

/**
 * Makes of `file`, which begins with `header`, what `plan` says of it.
 *
 * @throws {Error} For a mistake of a codec.
 */
export async function transcode(
  file: Uint8Array,
  header: Header,
  plan: (sight: Sight) => Plan,
): Promise<Made | Failure> {
  const result = await transform(file, (sight) => {
    const { box, format, ...rest } = plan({ ...sight, format: header.format });
    return { ...box, ...rest, format: format === "avif" ? "pixels" : format };
  });
  if (!result.ok) return failureOf(result.failure);
  const { bytes, format, timings } = result.picture;
  return {
    bytes,
    format: format === "pixels" ? "avif" : format,
    timings: { decode: timings.decodeMs, encode: timings.encodeMs },
  };
}

type EngineFailure = Extract<
  Awaited<ReturnType<typeof transform>>,
  { ok: false }
>["failure"];

function failureOf(failure: EngineFailure): Failure {
  switch (failure) {
    case "format":
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
      throw new Error(`The engine failed: ${failure}`);
  }
}

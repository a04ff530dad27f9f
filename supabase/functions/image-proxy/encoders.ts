/**
 * What writes each format: the engine, or an encoder of its own that is given
 * pixels by the engine. The seam where a format is added that is written.
 *
 * @module
 */
import type { Size } from "./engine/geometry.ts";
import type { Format } from "./engine/instance.ts";
import type { ResultFormat } from "./result.ts";

/** What is encoded: upright, in sRGB. */
export interface Image extends Size {
  readonly hasAlpha: boolean;
  /** Rows of red, green, blue and alpha, a byte each, from the top. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** Of what it was made of, upright. */
  readonly from: Size;
}

/** How. */
export interface Encoding {
  /** 1 to 100, of formats that have one. */
  readonly quality: number;
  /** 0xRRGGBB: what is behind a picture that the format cannot show through. */
  readonly background: number;
  /** What it may take, in nanoseconds. */
  readonly ns: number;
}

/** A file, or that it would take too much time or memory. */
export type Encoded = Uint8Array<ArrayBuffer> | "too costly";

export type Encode = (image: Image, encoding: Encoding) => Promise<Encoded>;

/** What the engine does not write. Loaded with the first of its format. */
const ENCODERS: Record<
  Exclude<ResultFormat, Format>,
  () => Promise<Encode>
> = {
  avif: async () => (await import("./avif/file.ts")).avifFile,
  gif: async () => (await import("./gif/file.ts")).gifFile,
  bmp: async () => (await import("./bmp/file.ts")).bmpFile,
  tiff: async () => (await import("./tiff/file.ts")).tiffFile,
  blurhash: async () => (await import("./placeholder/blurhash.ts")).blurhash,
  thumbhash: async () => (await import("./placeholder/thumbhash.ts")).thumbhash,
  lqip: async () => (await import("./placeholder/lqip.ts")).lqip,
  dominant: async () => (await import("./placeholder/dominant.ts")).dominant,
};

/** What the engine is to make, for who encodes `format`. */
export function madeAs(format: ResultFormat): Format {
  return isOwn(format) ? format : "pixels";
}

/** Who encodes `format`, if the engine does not. */
export async function encoderOf(
  format: ResultFormat,
): Promise<Encode | undefined> {
  return isOwn(format) ? undefined : await ENCODERS[format]();
}

function isOwn(format: ResultFormat): format is Format & ResultFormat {
  return !Object.hasOwn(ENCODERS, format);
}

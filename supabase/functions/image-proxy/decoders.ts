/**
 * What reads each format: the engine, or a decoder of its own that gives the
 * engine pixels. The seam where a format is added that is read.
 *
 * @module
 */
import type { Size } from "./engine/geometry.ts";
import type { Source } from "./engine/source.ts";
import type { Header, SourceFormat } from "./header/header.ts";

/** Why there is none. */
export type Failure =
  /** The file is of another format, or of a kind that is not read. */
  | "unsupported"
  /** It is broken. */
  | "unreadable"
  /** It would take too much time or memory. */
  | "too costly";

/** What is needed of a picture. */
export interface Need {
  /** Upright, of the whole picture: more is of no use. */
  readonly size: Size;
  /** What decoding may take, in nanoseconds. */
  readonly ns: number;
}

/** Pixels as they are stored, or a file inside of the file. */
export type Decode = (
  file: Uint8Array,
  header: Header,
  need: Need,
) => Promise<Source | Failure>;

/** What the engine does not read. Loaded with the first of its format. */
const DECODERS: Partial<Record<SourceFormat, () => Promise<Decode>>> = {
  avif: async () => (await import("./avif/source.ts")).avifSource,
  heic: async () => (await import("./heic/source.ts")).heicSource,
  tiff: async () => (await import("./tiff/source.ts")).tiffSource,
  bmp: async () => (await import("./bmp/source.ts")).bmpSource,
  ico: async () => (await import("./ico/source.ts")).icoSource,
  svg: async () => (await import("./svg/source.ts")).svgSource,
  gif: async () => (await import("./gif/source.ts")).gifSource,
};

/** What the engine is to read for `file`, which begins with `header`. */
export async function sourceOf(
  ...[file, header, need]: Parameters<Decode>
): Promise<Source | Failure> {
  const load = DECODERS[header.format];
  if (load === undefined) return file;
  const decode = await load();
  return await decode(file, header, need);
}

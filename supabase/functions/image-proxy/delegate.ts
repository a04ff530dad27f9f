/**
 * Somebody else who makes pictures, and what is asked of their answers.
 *
 * @module
 */
import { bodyUpTo } from "../_shared/answer.ts";
import type { ImageFormat } from "../_shared/image_formats.ts";
import { MiB } from "../_shared/units.ts";
import type { Made } from "./codec.ts";
import type { Errand } from "./errand.ts";
import { isPlaceholder, mediaTypeOf, type ResultFormat } from "./result.ts";

/** In bytes: 2,500 × 2,500 pixels of a photograph in PNG are about as many. */
const MAX_BYTES = 10 * MiB;

/** What is sent along: never what the caller accepts. */
export const HEADERS = { accept: "image/*" };

/** The port. */
export interface Delegate {
  /**
   * The picture; `undefined` if this one will not be made, today or tomorrow.
   *
   * @throws {Problem} If nobody made it, or not as it was asked for.
   */
  make(errand: Errand): Promise<Made | undefined>;
}

/** The first bytes of each format, from an offset. */
const BEGINNINGS: Readonly<
  Record<ImageFormat, readonly (readonly [at: number, bytes: string])[]>
> = {
  jpeg: [[0, "\xff\xd8\xff"]],
  png: [[0, "\x89PNG\r\n\x1a\n"]],
  webp: [[0, "RIFF"], [8, "WEBP"]],
  avif: [[4, "ftypavif"]],
  gif: [[0, "GIF89a"]],
  bmp: [[0, "BM"]],
  // With the lower bytes first, as libvips writes it.
  tiff: [[0, "II*\0"]],
};

/**
 * The picture in an answer, which is of `format` by its type and by its bytes, to
 * what was asked at `start` of `performance.now()`.
 *
 * @throws {Error} For any other answer.
 */
export async function madeIn(
  response: Response,
  format: ResultFormat,
  start: number,
): Promise<Made> {
  const bytes = await bytesIn(response, format);
  return { bytes, format, timings: { delegate: performance.now() - start } };
}

async function bytesIn(
  response: Response,
  format: ResultFormat,
): Promise<Uint8Array<ArrayBuffer>> {
  const { status, headers } = response;
  const type = headers.get("content-type");
  const isPicture = status === 200 && type === mediaTypeOf(format) &&
    !headers.has("content-encoding");
  if (!isPicture) {
    await response.body?.cancel();
    throw new Error(`Status ${status}, a ${type} instead of a ${format}`);
  }
  const bytes = await bodyUpTo(response, MAX_BYTES);
  if (bytes === undefined) throw new Error(`More than ${MAX_BYTES} bytes`);
  if (!begins(bytes, format)) throw new Error(`No ${format}, whatever it says`);
  return bytes;
}

function begins(file: Uint8Array, format: ResultFormat): boolean {
  return !isPlaceholder(format) &&
    BEGINNINGS[format].every(([at, text]) =>
      String.fromCharCode(...file.subarray(at, at + text.length)) === text
    );
}

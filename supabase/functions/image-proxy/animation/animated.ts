/**
 * From an animation to another one, of another size or format.
 *
 * @module
 */
import type { Failure } from "../decoders.ts";
import { transform } from "../engine/transform.ts";
import { failureOf } from "../engine_failure.ts";
import type { Header } from "../header/header.ts";
import type { Plan } from "../plan.ts";
import type { ResultFormat } from "../result.ts";
import { Canvas } from "./canvas.ts";
import { type Film, isClear } from "./film.ts";
import type { Reel, Roll } from "./reel.ts";

/** What has been made. */
export interface Animation {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** In milliseconds of the clock. */
  readonly timings: { readonly decode: number; readonly encode: number };
}

/** What takes an animation apart, by its format. */
const FILMS: Partial<
  Record<Header["format"], () => Promise<(file: Uint8Array) => Film | Failure>>
> = {
  gif: async () => (await import("./gif_film.ts")).gifFilm,
  webp: async () => (await import("./webp_film.ts")).webpFilm,
  png: async () => (await import("./apng_film.ts")).apngFilm,
};

/** What puts one together. */
const REELS: Partial<
  Record<ResultFormat, () => Promise<(roll: Roll) => Reel>>
> = {
  gif: async () => (await import("./gif_reel.ts")).gifReel,
  webp: async () => (await import("./webp_reel.ts")).webpReel,
  png: async () => (await import("./apng_reel.ts")).apngReel,
};

/** The frames of `file`, if it is of a format that moves. */
export async function filmOf(
  file: Uint8Array,
  { format }: Pick<Header, "format">,
): Promise<Film | Failure> {
  const read = await FILMS[format]?.();
  return read?.(file) ?? "unsupported";
}

/**
 * Makes of `film` what `plan` says. Whoever asks has seen that it fits.
 *
 * @throws {Error} For a mistake of a codec.
 */
export async function animated(
  film: Film,
  { size, box, format, quality }: Plan,
): Promise<Animation | Failure> {
  const load = REELS[format];
  if (load === undefined) return "unsupported";
  const { plays, shots } = film;
  const hasAlpha = isClear(film);
  const make = await load();
  const reel = make({ size, hasAlpha, plays, quality, count: shots.length });
  const canvas = new Canvas(film.size);
  const times = { decode: 0, encode: 0 };
  for (const [i, shot] of shots.entries()) {
    const start = performance.now();
    const drawn = await film.draw(i, (rows) => canvas.paint(shot, rows));
    if (drawn !== "drawn") return drawn;
    const { size: canvasSize, pixels } = canvas;
    const source = { size: canvasSize, pixels, hasAlpha };
    const seen = await transform(source, { ...box, format: "pixels" });
    // A side may be longer than any format has.
    if (!seen.ok) return failureOf(seen.failure);
    const middle = performance.now();
    await reel.add(seen.picture.bytes, shot.milliseconds);
    times.decode += middle - start;
    times.encode += performance.now() - middle;
  }
  return { bytes: reel.end(), timings: times };
}

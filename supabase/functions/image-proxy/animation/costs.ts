/**
 * What an animation takes, said before anything is decoded. No I/O.
 *
 * In the units of `engine/src/budget.h`, each about a nanosecond of code that is
 * not warm yet; what they are from is in `README.md`.
 *
 * @module
 */
import { MiB } from "../../_shared/units.ts";
import { COSTS, MOST_NS, webpCost } from "../cost.ts";
import type { Size } from "../engine/geometry.ts";
import type { ResultFormat } from "../result.ts";
import { type Film, isClear } from "./film.ts";

/** What is to be made of an animation. */
export interface Made {
  readonly size: Size;
  readonly format: ResultFormat;
}

/** Code that becomes warm, besides the engine's. */
const START = 120_000_000;

/** What is left of costs of one picture, the first, once all is warm. */
const WARM = 0.75;

/** For each frame: calls, and files of their own. */
const FRAME = 800_000;

/** A pixel of a frame, put on the canvas. */
const PAINTED_PIXEL = 12;

/** A pixel of the canvas, as the engine reads it, and may resize it. */
const CANVAS_PIXEL = 2 + COSTS.RESIZE_PIXEL;

/** A pixel of a result, until it is known how it differs, and encoded. */
const RESULT_PIXEL = COSTS.RESIZE_OUTPUT_PIXEL + 25;

/** A palette of GIF, however small the frame is. */
const GIF_FRAME = 4_500_000;

/** A pixel of GIF: colours, errors that are passed on, and codes. */
const GIF_PIXEL = 85;

/** What all of it takes, in nanoseconds. */
export function animationCost(film: Film, made: Made): number {
  const { size: { width, height }, shots } = film;
  const result = made.size.width * made.size.height;
  const each = FRAME + CANVAS_PIXEL * width * height +
    RESULT_PIXEL * result;
  const drawn = shots.reduce(
    (sum, { part, decodeNs }) =>
      sum + decodeNs + PAINTED_PIXEL * part.width * part.height,
    0,
  );
  const read = drawn + shots.length * each;
  return COSTS.START + START + WARM * read + encodeCost(film, made);
}

function encodeCost(film: Film, { size, format }: Made): number {
  const frames = film.shots.length;
  const pixels = size.width * size.height * frames;
  const hasAlpha = isClear(film);
  if (format === "gif") return GIF_FRAME * frames + GIF_PIXEL * pixels;
  if (format === "png") {
    return (hasAlpha ? 4 : 3) * COSTS.PNG_OUTPUT_BYTE * pixels;
  }
  // Frames share the effort for as large a picture, and so do parts of them.
  return WARM * webpCost(pixels, hasAlpha);
}

/** What all of it needs, in bytes, beside the engine and what is made. */
export function animationMemory(film: Film, made: Made): number {
  const { size: { width, height }, shots } = film;
  const canvas = 4 * width * height;
  const kept = shots.some(({ disposal }) => disposal === "previous") ? 2 : 1;
  const decoded = Math.max(...shots.map(({ decodeBytes }) => decodeBytes));
  // Before, now, and what differs.
  return kept * canvas + decoded + 4 * 4 * made.size.width * made.size.height;
}

/** What it may need: a still picture may keep as much. */
const MOST_BYTES = 48 * MiB;

/** Whether an animation is made: else its first frame is. */
export function fits(film: Film, made: Made): boolean {
  return animationCost(film, made) <= MOST_NS &&
    animationMemory(film, made) <= MOST_BYTES;
}

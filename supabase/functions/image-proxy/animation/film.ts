/**
 * An animation, whatever format it is of. No I/O.
 *
 * @module
 */
import type { Failure } from "../decoders.ts";
import type { Part, Size } from "../engine/geometry.ts";

/** What becomes of a frame before the next one comes. */
export type Disposal = "keep" | "background" | "previous";

/** One frame, as it meets those before it. */
export interface Shot {
  /** Where it lies: of a GIF, perhaps beside the canvas. */
  readonly part: Part;
  readonly hasAlpha: boolean;
  /** Whether one sees through it to what was there, or it takes its place. */
  readonly isBlended: boolean;
  readonly disposal: Disposal;
  /** How long it is shown. */
  readonly milliseconds: number;
  /** What decoding takes, in nanoseconds and in bytes. */
  readonly decodeNs: number;
  readonly decodeBytes: number;
}

/** All that is known before anything is decoded. */
export interface Film {
  /** Of the canvas, which is empty at first. */
  readonly size: Size;
  readonly shots: readonly Shot[];
  /** How often it is played: 0 is for ever. */
  readonly plays: number;
  /**
   * Decodes a shot: `paint` is given rows of red, green, blue and alpha, which
   * are there until it returns.
   */
  draw(index: number, paint: (rows: Uint8Array) => void): Promise<Drawn>;
}

/** Whether a shot is there, or why not. */
export type Drawn = "drawn" | Failure;

/**
 * How long a shot is shown that says `milliseconds`: browsers take what is too
 * short to be meant for a tenth of a second.
 */
export function durationOf(milliseconds: number): number {
  return milliseconds <= 10 ? 100 : milliseconds;
}

/** Whether anything is ever seen through. */
export function isClear(
  { shots, size }: Pick<Film, "shots" | "size">,
): boolean {
  return shots.some((shot, i) => {
    if (shot.disposal === "background") return true;
    if (i > 0) return shot.hasAlpha && !shot.isBlended;
    return shot.hasAlpha || !isWhole(shot, size) ||
      shot.disposal === "previous";
  });
}

/** Whether a shot hides all of the canvas. */
function isWhole({ part }: Shot, { width, height }: Size): boolean {
  return part.left === 0 && part.top === 0 && part.width >= width &&
    part.height >= height;
}

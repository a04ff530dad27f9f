/**
 * Which part of a picture becomes how large. No I/O.
 *
 * @module
 */

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A part of a picture, in pixels and fractions of them. */
export interface Part extends Size {
  readonly left: number;
  readonly top: number;
}

/**
 * How a picture meets a box of another shape: `contain` shows all of the
 * picture, `cover` fills all of the box, `fill` distorts.
 *
 * Source: CSS Images Module Level 3, section 5.5, `object-fit`.
 */
export type Fit = "cover" | "contain" | "fill";

/** What stays where `cover` cuts: 0 is left or top, 1 is right or bottom. */
export interface Gravity {
  readonly x: number;
  readonly y: number;
}

/** A box, and how to meet it. Without a side, that side follows the picture. */
export interface Wanted {
  readonly width?: number;
  readonly height?: number;
  readonly fit?: Fit;
  readonly gravity?: Gravity;
}

export interface Plan {
  readonly part: Part;
  readonly size: Size;
}

const CENTRE: Gravity = { x: 0.5, y: 0.5 };

/**
 * What of `source` is shown, and how large.
 *
 * @example A wide picture in a square box
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { planOf } from "./geometry.ts";
 *
 * const wide = { width: 400, height: 200 };
 * const box = { width: 100, height: 100 };
 *
 * deepEqual(planOf(wide, { ...box, fit: "cover" }), {
 *   part: { left: 100, top: 0, width: 200, height: 200 },
 *   size: { width: 100, height: 100 },
 * });
 * deepEqual(planOf(wide, { ...box, fit: "contain" }).size, {
 *   width: 100,
 *   height: 50,
 * });
 * ```
 */
export function planOf(source: Size, wanted: Wanted): Plan {
  const { width, height, fit = "cover", gravity = CENTRE } = wanted;
  const whole: Part = { left: 0, top: 0, ...source };
  const across = width === undefined ? Infinity : width / source.width;
  const down = height === undefined ? Infinity : height / source.height;
  const least = Math.min(across, down);
  if (width === undefined || height === undefined || fit === "contain") {
    const scale = least === Infinity ? 1 : least;
    const size = {
      width: width !== undefined && across === scale
        ? width
        : pixels(source.width * scale),
      height: height !== undefined && down === scale
        ? height
        : pixels(source.height * scale),
    };
    return { part: whole, size };
  }
  const size = { width, height };
  if (fit === "fill") return { part: whole, size };
  const scale = Math.max(across, down);
  const part = {
    width: Math.min(source.width, width / scale),
    height: Math.min(source.height, height / scale),
  };
  const left = (source.width - part.width) * gravity.x;
  const top = (source.height - part.height) * gravity.y;
  return { part: { left, top, ...part }, size };
}

/** A hairline must not shrink to nothing. */
function pixels(length: number): number {
  return Math.max(1, Math.round(length));
}

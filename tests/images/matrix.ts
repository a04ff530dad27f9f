/**
 * What a picture can be asked for: every choice there is, all of them together,
 * and a sample of that. No I/O.
 *
 * @module
 */
import type { ImageFormat } from "../../supabase/functions/_shared/image_formats.ts";
import type { Size } from "../../supabase/functions/image-proxy/engine/geometry.ts";

/** A format that is asked for. */
export interface Result {
  readonly format: ImageFormat;
  /** `rrggbb`: what is behind a picture that the format cannot show through. */
  readonly background?: string;
  /**
   * What a colour may be off, of 255: some formats halve its resolution, which
   * in a small picture is much.
   */
  readonly off: number;
}

/**
 * A format that is added gets its row here, and its kinds in `kinds.ts`. GIF has
 * colours of its own, and BMP is TIFF without a way of its own: both have tests
 * by themselves.
 */
export const RESULTS: readonly Result[] = [
  { format: "webp", off: 12 },
  { format: "jpeg", off: 12 },
  { format: "jpeg", background: "2050c0", off: 12 },
  { format: "png", off: 1.5 },
  { format: "avif", off: 12 },
  { format: "tiff", off: 1.5 },
];

/** How a picture meets its box, and what stays where it is cut. */
export interface Shape {
  readonly resize: "cover" | "contain" | "fill";
  readonly gravity?: string;
  /** From the left and from the top, 0 to 1: what `gravity` means. */
  readonly at?: readonly [x: number, y: number];
  /** The same, as the middle of what stays. */
  readonly point?: readonly [x: number, y: number];
}

export const SHAPES: readonly Shape[] = [
  { resize: "contain" },
  { resize: "fill" },
  place("ce", 0.5, 0.5),
  place("no", 0.5, 0),
  place("so", 0.5, 1),
  place("ea", 1, 0.5),
  place("we", 0, 0.5),
  place("noea", 1, 0),
  place("nowe", 0, 0),
  place("soea", 1, 1),
  place("sowe", 0, 1),
  // Neither in the middle nor at an edge, whichever way the picture is cut.
  { resize: "cover", gravity: "fp", point: [0.551, 0.399] },
];

function place(gravity: string, x: number, y: number): Shape {
  return { resize: "cover", gravity, at: [x, y] };
}

/** Pixels of a screen for one of CSS. */
export const DPRS = [1, 2, 3] as const;

/**
 * Of wide pictures and of tall ones, one cuts the sides, and one top and bottom:
 * of 451 × 300 and 300 × 451 nearly at whole pixels. Three times as large, they
 * are no larger than that.
 */
export const BOXES: readonly Size[] = [
  { width: 75, height: 60 },
  { width: 88, height: 32 },
  { width: 44, height: 82 },
];

/** One of each. */
export interface Case {
  readonly result: Result;
  readonly shape: Shape;
  readonly dpr: number;
  readonly box: Size;
}

/** Nothing is behind a picture that nobody can see through. */
function resultsOf(hasAlpha: boolean): readonly Result[] {
  return RESULTS.filter(({ background }) => hasAlpha || !background);
}

/** All together. */
export function productOf(hasAlpha: boolean): readonly Case[] {
  return resultsOf(hasAlpha).flatMap((result) =>
    SHAPES.flatMap((shape) =>
      DPRS.flatMap((dpr) => BOXES.map((box) => ({ result, shape, dpr, box })))
    )
  );
}

/**
 * Every two choices together at least once. Each result meets each shape; which
 * of the rest they meet, moves on with `turn`.
 */
export function sampleOf(hasAlpha: boolean, turn: number): readonly Case[] {
  return resultsOf(hasAlpha).flatMap((result, i) =>
    SHAPES.map((shape, j) => ({
      ...{ result, shape },
      dpr: DPRS[(i + j + turn) % DPRS.length] ?? 1,
      box: BOXES[(i + 2 * j + turn) % BOXES.length] ?? { width: 1, height: 1 },
    }))
  );
}

/** As it is asked for: the query of a link. */
export function queryOf({ result, shape, dpr, box }: Case): string {
  const { resize, gravity, point } = shape;
  const { format, background } = result;
  const given = {
    ...{ ...box, resize, gravity, dpr, format, background, quality: 95 },
    ...(point && { x_offset: point[0], y_offset: point[1] }),
  };
  const pairs = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]]
  );
  return String(new URLSearchParams(pairs));
}

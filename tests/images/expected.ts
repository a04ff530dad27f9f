/**
 * What should become of a picture, by arithmetic of its own: in whole pixels,
 * as sharp takes them. No I/O.
 *
 * @module
 */
import type {
  Part,
  Size,
} from "../../supabase/functions/image-proxy/engine/geometry.ts";
import type { Case, Shape } from "./matrix.ts";

/** What of the upright picture is seen, and how large it becomes. */
export interface Expected {
  readonly part: Part;
  readonly size: Size;
}

/** What `asked` makes of an upright picture of `size`. */
export function expectedOf(
  { shape, dpr, box }: Pick<Case, "shape" | "dpr" | "box">,
  size: Size,
): Expected {
  const whole = { left: 0, top: 0, ...size };
  const wanted = { width: dpr * box.width, height: dpr * box.height };
  if (shape.resize === "fill") return { part: whole, size: wanted };
  // Nothing is enlarged: the box is no larger than the picture.
  const width = Math.min(wanted.width, size.width);
  const height = Math.min(wanted.height, size.height);
  // Of the shape of the box: width × b = height × a.
  const isWider = size.width * height > size.height * width;
  if (shape.resize === "contain") {
    return {
      part: whole,
      size: isWider
        ? { width, height: round(size.height * width, size.width) }
        : { width: round(size.width * height, size.height), height },
    };
  }
  const left = isWider
    ? { width: round(width * size.height, height), height: size.height }
    : { width: size.width, height: round(height * size.width, width) };
  return {
    part: { ...left, ...cornerOf(left, size, shape) },
    size: { width, height },
  };
}

function round(product: number, by: number): number {
  return Math.floor((2 * product + by) / (2 * by));
}

function cornerOf(
  part: Size,
  size: Size,
  { at, point }: Shape,
): { readonly left: number; readonly top: number } {
  const [cutX, cutY] = [size.width - part.width, size.height - part.height];
  if (point === undefined) {
    const [x, y] = at ?? [0.5, 0.5];
    return { left: Math.round(cutX * x), top: Math.round(cutY * y) };
  }
  const x = Math.round(point[0] * size.width - part.width / 2);
  const y = Math.round(point[1] * size.height - part.height / 2);
  return {
    left: Math.min(Math.max(x, 0), cutX),
    top: Math.min(Math.max(y, 0), cutY),
  };
}

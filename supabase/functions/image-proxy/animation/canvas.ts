/**
 * What is seen while frames come and go. No I/O.
 *
 * @module
 */
import type { Part, Size } from "../engine/geometry.ts";
import type { Disposal, Shot } from "./film.ts";

/** What a shot says of how it is painted. */
export type Manner = Pick<Shot, "part" | "disposal" | "isBlended">;

/** A canvas, on which one frame follows the other. */
export class Canvas {
  readonly size: Size;
  /** Rows of red, green, blue and alpha: nothing at first. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  #before: Uint8Array | undefined;
  #last: { part: Part; disposal: Disposal } | undefined;

  constructor(size: Size) {
    this.size = size;
    this.pixels = new Uint8Array(4 * size.width * size.height);
  }

  /** Takes the last frame away, if it does not stay, and paints this one. */
  paint({ part, disposal, isBlended }: Manner, rows: Uint8Array): void {
    this.#clear();
    const seen = within(part, this.size);
    if (disposal === "previous") this.#keep(seen);
    this.#last = { part: seen, disposal };
    for (let y = 0; y < seen.height; y++) {
      const from = 4 * part.width * y;
      const row = rows.subarray(from, from + 4 * seen.width);
      const to = this.#row(seen, y);
      if (isBlended) blend(row, to);
      else to.set(row);
    }
  }

  #clear(): void {
    if (this.#last === undefined) return;
    const { part, disposal } = this.#last;
    if (disposal === "keep") return;
    for (let y = 0; y < part.height; y++) {
      const row = this.#row(part, y);
      const from = y * row.length;
      const before = this.#before?.subarray(from, from + row.length);
      if (disposal === "previous" && before !== undefined) row.set(before);
      else row.fill(0);
    }
  }

  /** What is to come back. */
  #keep(part: Part): void {
    const before = new Uint8Array(4 * part.width * part.height);
    for (let y = 0; y < part.height; y++) {
      before.set(this.#row(part, y), 4 * part.width * y);
    }
    this.#before = before;
  }

  /** Row `y` of a part. */
  #row({ left, top, width }: Part, y: number): Uint8Array {
    const from = 4 * ((top + y) * this.size.width + left);
    return this.pixels.subarray(from, from + 4 * width);
  }
}

/** What of a part lies on the canvas: nothing, perhaps. */
function within({ left, top, width, height }: Part, canvas: Size): Part {
  return {
    left: Math.min(left, canvas.width),
    top: Math.min(top, canvas.height),
    width: Math.max(0, Math.min(width, canvas.width - left)),
    height: Math.max(0, Math.min(height, canvas.height - top)),
  };
}

/**
 * Puts `over` on `under`, both with colours that are not multiplied by alpha:
 * Porter and Duff's "over", by W3C Portable Network Graphics, third edition,
 * section 13.16.
 */
function blend(over: Uint8Array, under: Uint8Array): void {
  for (let at = 0; at < over.length; at += 4) {
    const alpha = over[at + 3] ?? 0;
    if (alpha === 0) continue;
    const below = under[at + 3] ?? 0;
    if (alpha === 255 || below === 0) {
      for (let i = at; i < at + 4; i++) under[i] = over[i] ?? 0;
      continue;
    }
    // In 255ths of 255ths.
    const [front, back] = [255 * alpha, below * (255 - alpha)];
    const both = front + back;
    for (let i = at; i < at + 3; i++) {
      const sum = front * (over[i] ?? 0) + back * (under[i] ?? 0);
      under[i] = Math.round(sum / both);
    }
    under[at + 3] = Math.round(both / 255);
  }
}

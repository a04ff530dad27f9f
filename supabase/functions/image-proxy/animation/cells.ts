/**
 * Pictures of an animation of which each is written as far as it differs from
 * the one before, by the engine.
 *
 * @module
 */
import type { Part } from "../engine/geometry.ts";
import { type Options, transform } from "../engine/transform.ts";
import { changedPart, cutOut } from "./changes.ts";
import type { Roll } from "./reel.ts";

/** What is put over the picture before, and takes its place. */
export interface Cell {
  readonly part: Part;
  milliseconds: number;
  /** A file of its own. */
  readonly file: Uint8Array;
}

/** How cells are made. */
export interface Make {
  readonly format: Options["format"];
  /** What the left and the upper edge of a cell are multiples of. */
  readonly step: number;
  /** Whether all cells have alpha if one has. */
  readonly isUniform: boolean;
}

/** Makes cells. */
export class Cells {
  readonly all: Cell[] = [];
  readonly #roll: Roll;
  readonly #make: Make;
  #last: Uint8Array | undefined;

  constructor(roll: Roll, make: Make) {
    this.#roll = roll;
    this.#make = make;
  }

  /** As {@linkcode Reel.add} says. */
  async add(
    pixels: Uint8Array<ArrayBuffer>,
    milliseconds: number,
  ): Promise<void> {
    const { size } = this.#roll;
    const changed = this.#last === undefined
      ? { left: 0, top: 0, ...size }
      : changedPart(this.#last, pixels, size);
    const before = this.all.at(-1);
    if (changed === undefined && before !== undefined) {
      before.milliseconds += milliseconds;
      return;
    }
    if (changed === undefined) return;
    const part = aligned(changed, this.#make.step);
    const file = await this.#file(cutOut(pixels, size, part), part);
    this.all.push({ part, milliseconds, file });
    this.#last = pixels;
  }

  async #file(
    pixels: Uint8Array<ArrayBuffer>,
    { width, height }: Part,
  ): Promise<Uint8Array> {
    const { count, hasAlpha, quality, size } = this.#roll;
    const { format, isUniform } = this.#make;
    // As much effort for each pixel as if all of them were made anew.
    const frames = Math.ceil(
      count * size.width * size.height / (width * height),
    );
    const isClear = hasAlpha && (isUniform || hasClear(pixels));
    const source = { size: { width, height }, pixels, hasAlpha: isClear };
    const result = await transform(source, { format, quality, frames });
    // Nobody else has seen these pixels: they cannot be wrong.
    if (!result.ok) throw new Error(`The engine failed: ${result.failure}`);
    return result.picture.bytes;
  }
}

function hasClear(pixels: Uint8Array): boolean {
  for (let at = 3; at < pixels.length; at += 4) {
    if (pixels[at] !== 255) return true;
  }
  return false;
}

function aligned({ left, top, width, height }: Part, step: number): Part {
  const [x, y] = [left % step, top % step];
  return { left: left - x, top: top - y, width: width + x, height: height + y };
}

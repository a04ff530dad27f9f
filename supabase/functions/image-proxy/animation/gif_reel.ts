/**
 * Animated GIF. No I/O.
 *
 * @module
 */
import type { Part } from "../engine/geometry.ts";
import { joined } from "../gif/joined.ts";
import { SEEN } from "../gif/pixels.ts";
import { frameOf, loopOf, startOf, TRAILER } from "../gif/writer.ts";
import { changedPart, cutOut, isAlike } from "./changes.ts";
import type { Reel, Roll } from "./reel.ts";

type Pixels = Uint8Array<ArrayBuffer>;

/** What shows nothing for so long is shown for a tenth of a second. */
const LEAST_HUNDREDTHS = 2;
const MOST_HUNDREDTHS = 0xffff;

export function gifReel(roll: Roll): Reel {
  return new GifReel(roll);
}

/** Writes a picture when the next one is known: it may have to go before. */
class GifReel implements Reel {
  readonly #roll: Roll;
  readonly #parts: Uint8Array[];
  /** What is there when the held one comes: nothing, perhaps. */
  #shown: Pixels | undefined;
  #held: { readonly pixels: Pixels; milliseconds: number } | undefined;
  /** Of time, in milliseconds: frames are shown for hundredths. */
  #rest = 0;

  constructor(roll: Roll) {
    this.#roll = roll;
    this.#parts = [startOf(roll.size), loopOf(roll.plays)];
  }

  add(pixels: Pixels, milliseconds: number): Promise<void> {
    settle(pixels);
    const held = this.#held;
    if (held && !changedPart(held.pixels, pixels, this.#roll.size)) {
      held.milliseconds += milliseconds;
      return Promise.resolve();
    }
    // What is seen stays until all is cleared.
    if (held) this.#write(held, isLost(held.pixels, pixels));
    this.#held = { pixels, milliseconds };
    return Promise.resolve();
  }

  end(): Pixels {
    if (this.#held) this.#write(this.#held, false);
    return joined([...this.#parts, TRAILER]);
  }

  #write(
    { pixels, milliseconds }: { pixels: Pixels; milliseconds: number },
    isCleared: boolean,
  ): void {
    const { size } = this.#roll;
    const shown = this.#shown;
    const whole: Part = { left: 0, top: 0, ...size };
    const isNew = isCleared || shown === undefined;
    const part = isNew ? whole : changedPart(shown, pixels, size) ?? whole;
    const drawn = isNew ? pixels : cutOut(pixels, size, part);
    if (!isNew) leaveOut(drawn, cutOut(shown, size, part));
    const hundredths = this.#hundredths(milliseconds);
    this.#parts.push(
      ...frameOf({ part, pixels: drawn, hundredths, isCleared }),
    );
    this.#shown = isCleared ? undefined : pixels;
  }

  #hundredths(milliseconds: number): number {
    const exact = (milliseconds + this.#rest) / 10;
    const hundredths = Math.min(
      MOST_HUNDREDTHS,
      Math.max(LEAST_HUNDREDTHS, Math.round(exact)),
    );
    // Within half a hundredth, or what is too short would add up.
    this.#rest = Math.max(-5, Math.min(5, 10 * (exact - hundredths)));
    return hundredths;
  }
}

/** A pixel is seen or not. */
function settle(pixels: Pixels): void {
  for (let at = 0; at < pixels.length; at += 4) {
    if ((pixels[at + 3] ?? 0) >= SEEN) pixels[at + 3] = 255;
    else pixels.fill(0, at, at + 4);
  }
}

/** Whether something is not seen any more. */
function isLost(before: Pixels, after: Pixels): boolean {
  for (let at = 3; at < before.length; at += 4) {
    if (before[at] !== 0 && after[at] === 0) return true;
  }
  return false;
}

/** What is there already is not drawn: it compresses better. */
function leaveOut(pixels: Pixels, there: Pixels): void {
  for (let at = 0; at < pixels.length; at += 4) {
    if (isAlike(pixels, there, at)) pixels[at + 3] = 0;
  }
}

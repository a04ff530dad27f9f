/**
 * What an animation is made into, a picture at a time.
 *
 * @module
 */
import type { Size } from "../engine/geometry.ts";

/** Pictures that have been made so far. */
export interface Reel {
  /**
   * Adds rows of red, green, blue and alpha, which are the reel's from then on,
   * and how long they are shown, in milliseconds. What is like the picture
   * before it makes that one stay longer.
   */
  add(pixels: Uint8Array<ArrayBuffer>, milliseconds: number): Promise<void>;
  /** The file, if there is at least one picture. */
  end(): Uint8Array<ArrayBuffer>;
}

/** What is known of all pictures beforehand. */
export interface Roll {
  readonly size: Size;
  readonly hasAlpha: boolean;
  /** At most. */
  readonly count: number;
  /** How often it is played: 0 is for ever. */
  readonly plays: number;
  /** 1 to 100, of formats that have one. */
  readonly quality: number;
}

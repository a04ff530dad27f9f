/**
 * What a drawing takes, as far as that is known before it is drawn. No I/O.
 *
 * @module
 */
import { MiB } from "../../_shared/units.ts";
import type { Drawing } from "./drawing.ts";

/** For the renderer to begin, which is mostly code that is compiled. */
const START = 150_000_000;

/** To look at a byte, and at a mark besides, twice. */
const BYTE = 10;
const MARK = 1_200;

/** What is spent on a drawing beside the renderer, in nanoseconds. */
export function decodeNs({ marks }: Drawing, bytes: number): number {
  return START + BYTE * bytes + MARK * marks;
}

/** Of its own, of a byte, and of a pixel of what is in a drawing. */
const OWN = 4 * MiB;
const KEPT_BYTE = 4;
const KEPT_PIXEL = 8;

/** What the renderer keeps in its memory beside what it draws on. */
export function keptBytes({ pixels }: Drawing, bytes: number): number {
  return OWN + KEPT_BYTE * bytes + KEPT_PIXEL * pixels;
}

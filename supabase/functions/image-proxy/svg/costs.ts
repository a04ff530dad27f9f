/**
 * What a drawing takes, as far as that is known before it is drawn; the rest is
 * what the renderer is given to spend. No I/O.
 *
 * Source: Deno 2.1.4, two cores of an AMD EPYC, 24 GiB, 2026-11-23, CPU time of
 * all threads, a process for each of 50 drawings that are made to take long.
 *
 * @module
 */
import { MiB } from "../../_shared/units.ts";
import type { Size } from "../engine/geometry.ts";
import type { Drawing } from "./drawing.ts";

/** For the renderer to begin, which is mostly code that is compiled. */
const START = 150_000_000;

/** The same where there is text: fonts are unpacked, and more code compiled. */
const TEXT = 150_000_000;

/** To look at a byte, at a mark besides, and at a style, twice. */
const BYTE = 10;
const MARK = 1_500;
const STYLE = 100;

/** What is spent on a drawing beside the renderer, in nanoseconds. */
export function decodeNs(drawing: Drawing, bytes: number): number {
  const { marks, letters, styles } = drawing;
  const text = letters > 0 ? TEXT : 0;
  return START + text + BYTE * bytes + MARK * marks + STYLE * styles;
}

/** Of its own, of a byte, a pixel and a letter of what is in a drawing. */
const OWN = 4 * MiB;
const KEPT_BYTE = 4;
const KEPT_PIXEL = 8;
const KEPT_LETTER = 600;

/** What the renderer keeps in its memory beside what it draws on. */
export function keptBytes(drawing: Drawing, bytes: number): number {
  const { pixels, letters } = drawing;
  return OWN + KEPT_BYTE * bytes + KEPT_PIXEL * pixels + KEPT_LETTER * letters;
}

/** What the renderer's memory may grow to. */
export const MAX_MEMORY = 64 * MiB;

/** Of a result, which is in that memory, and then beside it. */
export const MOST_PIXELS = 6_250_000;

/** Of a result: its colours are divided by its alpha. */
const PIXEL = 8;

/**
 * A unit of the renderer's, in nanoseconds: code that is not warm takes 0.3 to
 * 0.55, of text 0.8, and what is warm, as in a filter, 0.1 to 0.25.
 */
const UNIT = 0.5;

/** What is to be drawn. */
interface Job {
  readonly drawing: Drawing;
  readonly bytes: number;
  readonly size: Size;
}

/** Of `ns` nanoseconds in all, what the renderer may take in units of its own. */
export function fuelFor(ns: number, { drawing, bytes, size }: Job): number {
  const pixels = size.width * size.height;
  const left = ns - decodeNs(drawing, bytes) - PIXEL * pixels;
  return Math.max(0, Math.floor(left / UNIT));
}

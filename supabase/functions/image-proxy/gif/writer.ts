/**
 * Writes GIF: GIF89a Specification, sections 17 to 27. No I/O.
 *
 * @module
 */
import type { Part, Size } from "../engine/geometry.ts";
import { Compressor } from "./compressor.ts";
import { type Coloured, indexed } from "./indexed.ts";
import { paletteOf } from "./palette.ts";
import { isSeenThrough } from "./pixels.ts";

/** A frame, which stays for the next one. */
export interface Drawn {
  /** On the screen. */
  readonly part: Part;
  /** Rows of red, green, blue and alpha: what is not seen stays as it was. */
  readonly pixels: Uint8Array;
  /** How long it is shown. */
  readonly hundredths: number;
  /** Whether nothing of it is left afterwards. */
  readonly isCleared?: boolean;
}

/** Bytes that begin a file: a screen, without colours for all. */
export function startOf({ width, height }: Size): Uint8Array {
  const signature = [..."GIF89a"].map((it) => it.charCodeAt(0));
  return Uint8Array.of(
    ...signature,
    ...short(width),
    ...short(height),
    0,
    0,
    0,
  );
}

/** What makes an animation play that often: 0 is for ever, 1 needs no word. */
export function loopOf(plays: number): Uint8Array {
  if (plays === 1) return new Uint8Array();
  const name = [..."NETSCAPE2.0"].map((it) => it.charCodeAt(0));
  const repetitions = Math.min(MOST, Math.max(0, plays - 1));
  return Uint8Array.of(
    ...[0x21, 0xff, name.length, ...name],
    ...[3, 1, ...short(repetitions), 0],
  );
}

/** Of two bytes. */
const MOST = 0xffff;

export const TRAILER: Uint8Array = Uint8Array.of(0x3b);

/** The blocks of a frame. */
export function frameOf(drawn: Drawn): Uint8Array[] {
  const { part, pixels, isCleared = false } = drawn;
  // Where nothing is transparent, some clear to the background's colour.
  const hasAlpha = isCleared || isSeenThrough(pixels);
  const palette = paletteOf(pixels, hasAlpha ? 255 : 256);
  const clear = palette.colours.length;
  // A table has two colours at least.
  const bits = Math.max(1, Math.ceil(Math.log2(clear + (hasAlpha ? 1 : 0))));
  return [
    controlOf(drawn, hasAlpha ? clear : undefined),
    descriptorOf(part, bits),
    tableOf(palette.colours, 1 << bits),
    ...codesOf({ ...part, pixels, palette, clear }, Math.max(2, bits)),
  ];
}

/** Section 23. */
function controlOf({ hundredths, isCleared }: Drawn, clear?: number) {
  const disposal = isCleared ? 2 : 1;
  const flags = disposal << 2 | (clear === undefined ? 0 : 1);
  const block = [flags, ...short(hundredths), clear ?? 0];
  return Uint8Array.of(0x21, 0xf9, block.length, ...block, 0);
}

/** Section 20, with a table of `2 ** bits` colours of its own. */
function descriptorOf({ left, top, width, height }: Part, bits: number) {
  const place = [left, top, width, height].flatMap(short);
  return Uint8Array.of(0x2c, ...place, 0x80 | bits - 1);
}

function tableOf(colours: readonly number[], length: number) {
  const table = new Uint8Array(3 * length);
  for (const [i, it] of colours.entries()) {
    table.set([it >> 16, it >> 8 & 0xff, it & 0xff], 3 * i);
  }
  return table;
}

/** Section 22. */
function codesOf(picture: Coloured, bits: number): Uint8Array[] {
  const compressor = new Compressor(bits);
  for (const row of indexed(picture)) compressor.add(row);
  return [Uint8Array.of(bits), compressor.end()];
}

function short(value: number): number[] {
  return [value & 0xff, value >> 8];
}

/**
 * Animated WebP: RFC 9649, section 2.7.
 *
 * @module
 */
import { type Cell, Cells } from "./cells.ts";
import type { Reel, Roll } from "./reel.ts";
import { chunk, chunksOf, little, webpOf } from "./riff.ts";

/** What a still picture consists of, besides what is said of it. */
const PICTURE: readonly string[] = ["ALPH", "VP8 ", "VP8L"];

const ANIMATION = 0x02;
const ALPHA = 0x10;

/** A frame takes the place of what was there, and stays. */
const NO_BLENDING = 0x02;

/** Numbers of 16 and of 24 bits. */
const MOST_PLAYS = 2 ** 16 - 1;
const MOST_MILLISECONDS = 2 ** 24 - 1;

export function webpReel(roll: Roll): Reel {
  const cells = new Cells(roll, { format: "webp", step: 2, isUniform: false });
  return {
    add: (pixels, milliseconds) => cells.add(pixels, milliseconds),
    end: () => fileOf(roll, cells.all),
  };
}

function fileOf({ size, hasAlpha, plays }: Roll, cells: readonly Cell[]) {
  const flags = ANIMATION | (hasAlpha ? ALPHA : 0);
  const screen = [little(size.width - 1, 3), little(size.height - 1, 3)];
  const often = Math.min(plays, MOST_PLAYS);
  return webpOf(
    chunk("VP8X", little(flags, 4), ...screen),
    chunk("ANIM", little(0, 4), little(often, 2)),
    ...cells.map(frameOf),
  );
}

/** Section 2.7.1.1: places are in steps of two. */
function frameOf({ part, milliseconds, file }: Cell): Uint8Array {
  const { left, top, width, height } = part;
  const place = [left / 2, top / 2, width - 1, height - 1];
  const time = Math.min(milliseconds, MOST_MILLISECONDS);
  const pictures = [...chunksOf(file, 12)]
    .filter(({ name }) => PICTURE.includes(name))
    .map(({ name, data }) => chunk(name, data));
  return chunk(
    "ANMF",
    ...[...place, time].map((it) => little(it, 3)),
    little(NO_BLENDING, 1),
    ...pictures,
  );
}

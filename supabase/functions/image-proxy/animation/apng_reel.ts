/**
 * Animated PNG: W3C Portable Network Graphics, third edition, section 11.3.8.
 *
 * @module
 */
import { joined } from "../gif/joined.ts";
import { type Cell, Cells } from "./cells.ts";
import { big, type PngChunk, pngChunks, pngOf } from "./png_chunks.ts";
import type { Reel, Roll } from "./reel.ts";

const MOST_PLAYS = 2 ** 31 - 1;
const MOST_DELAY = 2 ** 16 - 1;

/** What replaces what was there, and stays. */
const STAYS = [0, 0];

export function apngReel(roll: Roll): Reel {
  // One header says for all whether they have alpha.
  const cells = new Cells(roll, { format: "png", step: 1, isUniform: true });
  return {
    add: (pixels, milliseconds) => cells.add(pixels, milliseconds),
    end: () => fileOf(roll, cells.all),
  };
}

function fileOf({ plays }: Roll, cells: readonly Cell[]) {
  const often = Math.min(plays, MOST_PLAYS);
  const control = joined([big(cells.length, 4), big(often, 4)]);
  const chunks: PngChunk[] = [{ type: "acTL", data: control }];
  let next = 0;
  for (const [i, cell] of cells.entries()) {
    chunks.push({ type: "fcTL", data: controlOf(cell, next++) });
    for (const { type, data } of pngChunks(cell.file)) {
      if (type === "IHDR" && i === 0) chunks.unshift({ type, data });
      if (type !== "IDAT") continue;
      // The first frame is what is shown where nothing moves.
      chunks.push(
        i === 0
          ? { type, data }
          : { type: "fdAT", data: joined([big(next++, 4), data]) },
      );
    }
  }
  return pngOf(chunks);
}

/** Section 11.3.8.2. */
function controlOf({ part, milliseconds }: Cell, number: number): Uint8Array {
  const { left, top, width, height } = part;
  const place = [number, width, height, left, top].map((it) => big(it, 4));
  const isShort = milliseconds <= MOST_DELAY;
  const units = isShort ? milliseconds : Math.round(milliseconds / 10);
  const delay = [Math.min(units, MOST_DELAY), isShort ? 1_000 : 100];
  return joined([
    ...place,
    ...delay.map((it) => big(it, 2)),
    Uint8Array.from(STAYS),
  ]);
}

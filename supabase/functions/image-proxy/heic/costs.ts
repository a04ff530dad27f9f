/**
 * What a decode will take, said before it begins. No I/O.
 *
 * @module
 */
import { MiB } from "../../_shared/units.ts";
import type { Coded } from "./coded.ts";
import type { Header } from "./header.ts";

const DECODER = 300_000_000;
const PIXEL = 60;
const BYTE = 90;

/** What a decode of a file takes. */
export function decodeCost({ picture, alpha, bytes }: Header): number {
  return DECODER + PIXEL * (areaOf(picture) + (alpha ? areaOf(alpha) : 0)) +
    BYTE * bytes;
}

function areaOf({ tiles }: Coded): number {
  return tiles.reduce(
    (sum, { size: { width, height } }) => sum + width * height,
    0,
  );
}

export function decodeMemory(_: Header): number {
  return 4 * MiB;
}

export const MOST_KEPT = 32 * MiB;

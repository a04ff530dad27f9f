/**
 * HEIC: its boxes are read in `heic/`, where they are needed once more. No I/O.
 *
 * @module
 */
import { decodeCost, decodeMemory } from "../heic/costs.ts";
import { readHeader } from "../heic/header.ts";
import type { Header, Unreadable } from "./header.ts";

/** Also for what else begins with such a box: films. */
export function heicHeader(file: Uint8Array): Header | Unreadable {
  const header = readHeader(file);
  if (typeof header === "string") return header;
  const { size, part = size, hasAlpha, orientation, frames } = header;
  return {
    format: "heic",
    // What is cut off is not seen.
    size: { width: part.width, height: part.height },
    passes: 1,
    keptBytes: decodeMemory(header),
    decodeNs: decodeCost(header),
    hasAlpha,
    orientation,
    ...frames !== undefined && { frames },
  };
}

/**
 * AVIF: its boxes are read in `avif/`, where they are needed once more. No I/O.
 *
 * @module
 */
import { decodeCost, decodeMemory } from "../avif/costs.ts";
import { readHeader } from "../avif/header.ts";
import type { Header, Unreadable } from "./header.ts";

/** Also for what else begins with such a box: HEIC, and films. */
export function avifHeader(file: Uint8Array): Header | Unreadable {
  const header = readHeader(file);
  if (typeof header === "string") return header;
  return {
    format: "avif",
    size: header.size,
    passes: 1,
    keptBytes: decodeMemory(header),
    decodeNs: decodeCost(header),
    hasAlpha: header.hasAlpha,
    orientation: header.orientation,
  };
}

/**
 * What a GIF says of itself. No I/O.
 *
 * @module
 */
import {
  ascii,
  type Header,
  MOST_FRAMES,
  type Unreadable,
} from "../header/header.ts";
import { type Frame, type Gif, readGif } from "./blocks.ts";
import { decodeCost, decodeMemory } from "./costs.ts";

/**
 * Of the first frame, which stands for the file where nothing moves; all others
 * are walked over, and counted.
 *
 * @example A pixel of one of two colours
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { gifHeader } from "./header.ts";
 *
 * const bytes = atob("R0lGODlhAQABAIAAAP8AAAAAACwAAAAAAQABAAACAkQBADs=");
 * const header = gifHeader(Uint8Array.from(bytes, (it) => it.charCodeAt(0)));
 * if (typeof header === "string") throw new Error(header);
 *
 * deepEqual(header.size, { width: 1, height: 1 });
 * deepEqual(header.hasAlpha, false);
 * ```
 */
export function gifHeader(file: Uint8Array): Header | Unreadable {
  if (!/^GIF8[79]a/.test(ascii(file, 0, 6))) return "unknown";
  const gif = readGif(file, MOST_FRAMES + 1);
  if (typeof gif === "string") return gif;
  const [first] = gif.frames;
  if (first === undefined) return "truncated";
  const frames = gif.frames.length;
  return {
    format: "gif",
    size: gif.screen,
    passes: 1,
    keptBytes: decodeMemory(first),
    decodeNs: decodeCost(first),
    hasAlpha: isClear(first, gif),
    ...frames > 1 && { frames },
  };
}

/** Whether something is seen through a frame, or beside it. */
export function isClear(
  { part, transparent }: Frame,
  { screen }: Pick<Gif, "screen">,
): boolean {
  const isWhole = part.left === 0 && part.top === 0 &&
    part.width >= screen.width && part.height >= screen.height;
  return !isWhole || transparent !== undefined;
}

/**
 * GIF for the engine: the first frame, on the screen.
 *
 * @module
 */
import type { Failure } from "../decoders.ts";
import type { Pixels } from "../engine/source.ts";
import { readGif } from "./blocks.ts";
import { decoders } from "./decoder.ts";
import { isClear } from "./header.ts";
import { placed } from "./placed.ts";

export async function gifSource(file: Uint8Array): Promise<Pixels | Failure> {
  const gif = readGif(file, 1);
  if (typeof gif === "string") return "unreadable";
  const { screen: size, frames: [frame] } = gif;
  if (frame === undefined) return "unreadable";
  const rows = await decoders.use((it) => it.decodeLast(file, frame));
  if (rows === "unreadable") return rows;
  const hasAlpha = isClear(frame, gif);
  return { size, hasAlpha, pixels: placed(rows, frame.part) };
}

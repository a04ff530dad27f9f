/**
 * Animated GIF.
 *
 * @module
 */
import type { Failure } from "../decoders.ts";
import { type Frame, type Gif, readGif } from "../gif/blocks.ts";
import { decodeMemory, frameCost } from "../gif/costs.ts";
import { decoders } from "../gif/decoder.ts";
import { MOST_FRAMES } from "../header/header.ts";
import { durationOf, type Film, type Shot } from "./film.ts";

/** The frames of a GIF. */
export function gifFilm(file: Uint8Array): Film | Failure {
  const gif = readGif(file, MOST_FRAMES);
  if (typeof gif === "string") return "unreadable";
  return {
    size: gif.screen,
    plays: gif.plays,
    shots: gif.frames.map(shotOf),
    draw: (index, paint) => draw(file, gif, index, paint),
  };
}

function shotOf(frame: Frame): Shot {
  return {
    part: frame.part,
    disposal: frame.disposal,
    hasAlpha: frame.transparent !== undefined,
    isBlended: true,
    milliseconds: durationOf(10 * frame.hundredths),
    decodeNs: frameCost(frame),
    decodeBytes: decodeMemory(frame),
  };
}

async function draw(
  file: Uint8Array,
  { frames }: Gif,
  ...[index, paint]: Parameters<Film["draw"]>
): ReturnType<Film["draw"]> {
  const frame = frames[index];
  if (frame === undefined) return "unreadable";
  return await decoders.use((decoder) => {
    const rows = decoder.decode(file, frame);
    if (rows === "unreadable") return rows;
    paint(rows);
    return "drawn";
  });
}

/**
 * Animated PNG. Each frame is given to the engine as a file of its own.
 *
 * @module
 */
import { COSTS } from "../cost.ts";
import type { Failure } from "../decoders.ts";
import { joined } from "../gif/joined.ts";
import { animationOf, type Frame, type PngAnimation } from "./apng_frames.ts";
import { durationOf, type Film, type Shot } from "./film.ts";
import { drawFile, profileCost } from "./frame_file.ts";
import { big, pngOf } from "./png_chunks.ts";

/** The frames of a PNG. */
export function apngFilm(file: Uint8Array): Film | Failure {
  const animation = animationOf(file);
  if (animation === undefined) return "unreadable";
  const { size, plays, frames } = animation;
  const shots = frames.map((it) => shotOf(it, animation));
  // Nothing of a frame may lie beside the canvas: section 11.3.8.2.
  const isOn = ({ left, top, width, height }: Shot["part"]) =>
    left + width <= size.width && top + height <= size.height;
  if (!shots.every(({ part }) => isOn(part))) return "unreadable";
  return {
    size,
    plays,
    shots,
    draw: async (index, paint) => {
      const [frame, shot] = [frames[index], shots[index]];
      if (frame === undefined || shot === undefined) return "unreadable";
      return await drawFile(fileOf(frame, animation), shot, paint);
    },
  };
}

/** To check a byte, and to write it with a checksum of its own. */
const BYTE = 20;

function shotOf(frame: Frame, { hasAlpha, shared }: PngAnimation): Shot {
  const { part, isBlended, disposal } = frame;
  const pixels = part.width * part.height;
  const bytes = frame.data.reduce((sum, { length }) => sum + length, 0);
  const hasProfile = shared.some(({ type }) => type === "iCCP");
  return {
    ...{ part, hasAlpha, isBlended, disposal },
    milliseconds: durationOf(frame.milliseconds),
    decodeNs: BYTE * bytes +
      (8 * COSTS.PNG_BYTE + COSTS.PNG_PIXEL + COSTS.RESIZE_PIXEL) * pixels +
      (hasProfile ? profileCost(pixels) : 0),
    // Two files, what the engine keeps if it is interlaced, and what it gives.
    decodeBytes: 2 * bytes + 8 * pixels,
  };
}

function fileOf({ part, data }: Frame, { shared }: PngAnimation): Uint8Array {
  const size = joined([big(part.width, 4), big(part.height, 4)]);
  const before = shared.map(({ type, data }) =>
    type === "IHDR" ? { type, data: joined([size, data.subarray(8)]) } : {
      type,
      data,
    }
  );
  return pngOf([...before, { type: "IDAT", data: joined(data) }]);
}

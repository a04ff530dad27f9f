/**
 * Animated WebP: RFC 9649, section 2.7. Each frame is given to the engine as a
 * file of its own.
 *
 * @module
 */
import { COSTS } from "../cost.ts";
import type { Failure } from "../decoders.ts";
import { animationOf, type Frame } from "./webp_frames.ts";
import { durationOf, type Film, type Shot } from "./film.ts";
import { drawFile, profileCost } from "./frame_file.ts";
import { chunk, little, webpOf } from "./riff.ts";

/** The frames of a WebP. */
export function webpFilm(file: Uint8Array): Film | Failure {
  const animation = animationOf(file);
  if (animation === undefined) return "unreadable";
  const { frames, profile, size, plays } = animation;
  const shots = frames.map((it) => shotOf(it, profile));
  return {
    size,
    plays,
    shots,
    draw: async (index, paint) => {
      const [frame, shot] = [frames[index], shots[index]];
      if (frame === undefined || shot === undefined) return "unreadable";
      return await drawFile(fileOf(frame, profile), shot, paint);
    },
  };
}

function shotOf(frame: Frame, profile?: Uint8Array): Shot {
  const { part, chunks } = frame;
  const pixels = part.width * part.height;
  const bytes = chunks.reduce((sum, { data }) => sum + data.length, 0);
  return {
    part,
    hasAlpha: frame.hasAlpha,
    isBlended: frame.isBlended,
    disposal: frame.isCleared ? "background" : "keep",
    milliseconds: durationOf(frame.milliseconds),
    decodeNs: COSTS.WEBP_BYTE * bytes +
      (COSTS.WEBP_PIXEL + COSTS.RESIZE_PIXEL) * pixels +
      (profile ? profileCost(pixels) : 0),
    // The file, what the engine keeps of a lossless one, and what it gives.
    decodeBytes: bytes + 8 * pixels,
  };
}

const ALPHA = 0x10;
const PROFILE = 0x20;

/** With the size in front, so that no other one is believed. */
function fileOf(
  { part, chunks, hasAlpha }: Frame,
  profile?: Uint8Array,
): Uint8Array {
  const flags = (hasAlpha ? ALPHA : 0) | (profile ? PROFILE : 0);
  const size = [part.width - 1, part.height - 1].map((it) => little(it, 3));
  return webpOf(
    chunk("VP8X", little(flags, 4), ...size),
    ...profile ? [chunk("ICCP", profile)] : [],
    ...chunks.map(({ name, data }) => chunk(name, data)),
  );
}

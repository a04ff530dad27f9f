/**
 * What a stream of HEVC says of its colours: ITU-T H.265 §E.2.1. No I/O.
 *
 * @module
 */
import type { Colour } from "../colour/colour.ts";
import type { Bits } from "../heif/bits.ts";

/** §E.3.1: what holds where nothing is said. */
const UNSAID: Colour = { primaries: 2, transfer: 2, matrix: 2, isFull: false };

/** `aspect_ratio_idc`: its width and height come after it. */
const EXTENDED_SAR = 255;

/** From `vui_parameters_present_flag` on, as far as colours. */
export function readColour(bits: Bits): Colour {
  if (!bits.flag()) return UNSAID;
  if (bits.flag() && bits.take(8) === EXTENDED_SAR) bits.take(32);
  if (bits.flag()) bits.take(1); // overscan
  if (!bits.flag()) return UNSAID;
  bits.take(3); // video_format
  const isFull = bits.flag();
  if (!bits.flag()) return { ...UNSAID, isFull };
  const [primaries, transfer] = [bits.take(8), bits.take(8)];
  return { primaries, transfer, matrix: bits.take(8), isFull };
}

/**
 * How many pictures one file holds, as phones say it: CIPA DC-007, "Multi-Picture
 * Format". No I/O.
 *
 * @module
 */

/** In one file. A phone writes two or three: the photo, a gain map, a depth. */
const MAX_PICTURES = 16;

/** The tag NumberOfImages of its MP Index IFD. */
const NUMBER_OF_IMAGES = 0xb001;

/** In bytes. A tag, a type, a count and a value: TIFF 6.0 §2. */
const FIELD = 12;

/** Where offsets count from: a marker, a length and `MPF\0` are before. */
const HEADER = 8;

/**
 * How many pictures the file of a JPEG has, by its APP2 `segment`, which begins
 * with the marker: 1 where the segment does not say.
 */
export function picturesIn(segment: Uint8Array): number {
  const view = new DataView(
    segment.buffer,
    segment.byteOffset,
    segment.length,
  );
  if (view.byteLength < HEADER + 8 || view.getUint32(4) !== 0x4d504600) {
    return 1;
  }
  // "II" or "MM".
  const isLittle = view.getUint16(HEADER) === 0x4949;
  const fields = HEADER + view.getUint32(HEADER + 4, isLittle) + 2;
  for (let at = fields; at + FIELD <= view.byteLength; at += FIELD) {
    if (view.getUint16(at, isLittle) !== NUMBER_OF_IMAGES) continue;
    const count = view.getUint32(at + 8, isLittle);
    return Math.min(MAX_PICTURES, Math.max(1, count));
  }
  return 1;
}

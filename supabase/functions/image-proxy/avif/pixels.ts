/**
 * Pixels, as codecs give and take them. No I/O.
 *
 * @module
 */

/** A picture that is decoded. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Whether any pixel may be other than opaque. */
  readonly hasAlpha: boolean;
  /** Four bytes each, row by row: red, green, blue, alpha, which is apart. */
  readonly pixels: Uint8Array;
}

/** A copy of samples of 8 bits, or of 10 or 12 in 16, with 8 bits. */
export function eightBits(bytes: Uint8Array, depth: number): Uint8Array {
  if (depth === 8) return bytes.slice();
  const wide = new Uint16Array(
    bytes.buffer,
    bytes.byteOffset,
    bytes.length / 2,
  );
  const most = 2 ** depth - 1;
  const nearest = Uint8Array.from(
    { length: most + 1 },
    (_, value) => Math.round(value * 255 / most),
  );
  const narrow = new Uint8Array(wide.length);
  for (let at = 0; at < wide.length; at++) {
    narrow[at] = nearest[wide[at] ?? 0] ?? 255;
  }
  return narrow;
}

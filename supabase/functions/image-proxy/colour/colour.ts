/**
 * How colours are to be understood: ITU-T H.273, ISO/IEC 23091-2. No I/O.
 *
 * @module
 */

/** By the numbers of its tables. */
export interface Colour {
  /** 1 is BT.709 and sRGB, 9 is BT.2020, 12 is Display P3, 2 is not said. */
  readonly primaries: number;
  /** 13 is sRGB, 16 is PQ, 18 is HLG, 2 is not said. */
  readonly transfer: number;
  /** 0 is RGB, 1 is BT.709, 6 is BT.601, 9 is BT.2020, 2 is not said. */
  readonly matrix: number;
  readonly isFull: boolean;
}

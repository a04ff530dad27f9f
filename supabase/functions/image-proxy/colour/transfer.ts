/**
 * From what is stored to light, by the numbers of ITU-T H.273, table 3. No I/O.
 *
 * @module
 */

/** Both from 0 to 1, which is white. */
export type Curve = (value: number) => number;

/** IEC 61966-2-1. */
export function srgb(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/**
 * Those that are far from sRGB's. BT.709's and the like (1, 6, 14, 15) say what
 * a camera does: what they are of is made for displays, which do as sRGB.
 */
export const CURVES: Readonly<Record<number, Curve>> = {
  4: (value) => value ** 2.2,
  5: (value) => value ** 2.8,
  8: (value) => value,
  16: (value) => shown(pqNits(value)),
  17: (value) => value ** 2.6,
  18: (value) => shown(hlgNits(value)),
};

/** PQ, SMPTE ST 2084, in cd/m². */
function pqNits(value: number): number {
  const power = value ** (32 / 2523);
  const above = Math.max(power - 3424 / 4096, 0);
  const below = 2413 / 128 - 2392 / 128 * power;
  return 10_000 * (above / below) ** (16_384 / 2610);
}

/** HLG, BT.2100, as a display of 1,000 cd/m² shows what is grey. */
function hlgNits(value: number): number {
  const a = 0.17883277;
  const b = 1 - 4 * a;
  const c = 0.5 - a * Math.log(4 * a);
  const scene = value <= 0.5
    ? value ** 2 / 3
    : (Math.exp((value - c) / a) + b) / 12;
  return 1000 * scene ** 1.2;
}

/** The white of a page, in cd/m². Source: BT.2408, table 1. */
const WHITE = 203;

/** Where light begins to be pressed together, so that what is brighter shows. */
const KNEE = 0.75;

function shown(nits: number): number {
  const light = nits / WHITE;
  if (light <= KNEE) return light;
  const rest = 1 - KNEE;
  return KNEE + rest * (1 - Math.exp((KNEE - light) / rest));
}

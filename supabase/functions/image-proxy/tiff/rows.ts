/**
 * The rows of a TIFF, a row of blocks in memory at a time.
 *
 * @module
 */
import { Failed } from "../engine/failure.ts";
import type { ReadRow } from "../engine/source.ts";
import { painterOf } from "./colours.ts";
import { addUp } from "./differences.ts";
import type { Image } from "./image.ts";
import { readSamples } from "./samples.ts";
import { type Packing, unpackInto } from "./unpack.ts";

/** Of a row of as many pixels, in one plane. */
export function bytesOf(width: number, image: Image): number {
  return Math.ceil(width * samplesOf(image) * image.bits / 8);
}

/** Of a pixel, in one plane. */
function samplesOf({ blocks, samples }: Image): number {
  return blocks.planes === 1 ? samples : 1;
}

/** Reads the rows of `image`, whose blocks are not files of their own. */
export function rowsOf(
  file: Uint8Array,
  image: Image,
  packing: Packing,
): ReadRow {
  const { size: { width }, samples, blocks, bits, isLittle, colour } = image;
  const stride = bytesOf(width, image);
  const bands = Array.from(
    { length: blocks.planes },
    () => new Uint8Array(stride * blocks.size.height),
  );
  const row = new Uint8Array(width * samples);
  const paint = painterOf(image);
  const step = blocks.planes === 1 ? 1 : samples;
  const reading = { bits, isLittle, areIndices: colour === "palette", step };
  let loaded = -1;
  return (y, into) => {
    const band = Math.floor(y / blocks.size.height);
    if (band !== loaded) {
      for (const [plane, to] of bands.entries()) {
        load(to, { file, image, packing, band, plane });
      }
      loaded = band;
    }
    const at = stride * (y % blocks.size.height);
    for (const [plane, bytes] of bands.entries()) {
      readSamples(bytes.subarray(at, at + stride), row, plane, reading);
    }
    paint(row, into);
  };
}

/** A row of blocks, of one plane. */
interface Band {
  readonly file: Uint8Array;
  readonly image: Image;
  readonly packing: Packing;
  readonly band: number;
  readonly plane: number;
}

function load(to: Uint8Array, { file, image, packing, band, plane }: Band) {
  const { size, blocks } = image;
  const { across, down, size: { width, height }, areTiles } = blocks;
  const left = size.height - band * height;
  const rows = areTiles ? height : Math.min(height, left);
  const bytes = bytesOf(width, image);
  const block = across === 1 && bytes * height === to.length
    ? to.subarray(0, bytes * rows)
    : new Uint8Array(bytes * rows);
  for (let x = 0; x < across; x++) {
    const index = (plane * down + band) * across + x;
    unpackInto(block, packedIn(file, image, index), { packing, width });
    if (image.isDifferences) sum(block, bytes, image);
    if (block.buffer !== to.buffer) place(block, bytes, to, x * bytes);
  }
}

function packedIn(file: Uint8Array, image: Image, index: number): Uint8Array {
  const { isReversed, blocks: { offsets, lengths } } = image;
  const at = offsets[index] ?? 0;
  if (at >= file.length) throw new Failed("truncated");
  const packed = file.subarray(at, at + (lengths[index] ?? 0));
  return isReversed ? packed.map(reversed) : packed;
}

/** The same byte with its lowest bit first. */
function reversed(byte: number): number {
  let other = 0;
  for (let i = 0; i < 8; i++) other |= (byte >> i & 1) << 7 - i;
  return other;
}

function sum(block: Uint8Array, bytes: number, image: Image): void {
  const { bits, isLittle } = image;
  const stored = { bits, isLittle, samples: samplesOf(image) };
  for (let at = 0; at < block.length; at += bytes) {
    addUp(block.subarray(at, at + bytes), stored);
  }
}

/** The rows of a tile beside those of the tiles before it. */
function place(
  ...[block, bytes, to, left]: [Uint8Array, number, Uint8Array, number]
): void {
  const rows = block.length / bytes;
  const stride = Math.floor(to.length / rows);
  for (let y = 0; y < rows; y++) {
    const row = block.subarray(y * bytes, (y + 1) * bytes);
    // The last tile is wider than what is left of the picture.
    to.set(row.subarray(0, stride - left), y * stride + left);
  }
}

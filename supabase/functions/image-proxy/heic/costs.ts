/**
 * What a decode will take, said before it begins. No I/O.
 *
 * Costs are in nanoseconds of CPU, of all threads, with the module's unpacking
 * and compilation. Source: Deno 2.1.4, two cores of an AMD EPYC, 24 GiB,
 * 2026-11-23, a process for each; photographs and noise of 1 to 12 MP, in all
 * qualities, block sizes, depths and kinds of chroma that x265 has.
 *
 * @module
 */
import { MiB } from "../../_shared/units.ts";
import { lengthOf } from "../heif/extents.ts";
import type { Coded } from "./coded.ts";
import type { Header } from "./header.ts";

/** Of the first picture: to unpack and compile the decoder. 190 to 270 ms. */
const DECODER = 270_000_000;

/** The same, of what most pictures do without: 310. */
const OTHER = 60_000_000;

/** A tile: its parameters, a call, and its way to the decoder. */
const TILE = 100_000;

/** A pixel that becomes red, green and blue. */
const PIXEL = 5;

/** A sample of luma or chroma, predicted in the largest blocks. */
const SAMPLE = 3;

/** The filters between blocks, a sample: 4 of photographs, 8 of noise. */
const FILTERED_SAMPLE = 10;

/** A byte of the streams. */
const BYTE = 18;

/** What blocks take, where all is in the smallest: `engine/hevc/src/work.h`. */
const MOST_WORK = { usual: (430 + 310) / 16 + 17, deep: 42 } as const;

/** What photographs take of that, a pixel: 21 of 12 MP, and 13 of 24 MP. */
const USUAL_WORK = 16;

/** What leaves 0.75 s for the rest: to make 1,000 pixels of 24 MP. */
const ENOUGH = 1_050_000_000;

/** Samples of luma and chroma a pixel, by `Chroma`. */
const SAMPLES = [1, 1.5, 2, 3] as const;

/**
 * What a decode of a file takes, at most: the decoder stops there. A small one
 * may have whatever there is in blocks, a large one what photographs have.
 */
export function decodeCost(header: Header): number {
  const known = knownCost(header);
  const all = sum(layersOf(header), (layer) => {
    const deep = layer.depth === 8 ? 0 : MOST_WORK.deep;
    return (MOST_WORK.usual + deep) * samplesOf(layer) + filters(layer);
  });
  const usual = USUAL_WORK * sum(layersOf(header), areaOf);
  return known + Math.min(all, Math.max(usual, ENOUGH - known));
}

/**
 * What is left of that for blocks, with the filters between them if the picture
 * is not `coarse`: less than nothing if there is no time for these.
 */
export function workOf(header: Header, isCoarse: boolean): number {
  const left = decodeCost(header) - knownCost(header);
  return isCoarse ? left : left - sum(layersOf(header), filters);
}

function filters(layer: Coded): number {
  return FILTERED_SAMPLE * samplesOf(layer);
}

/** What is known without its blocks and filters. */
function knownCost(header: Header): number {
  const layers = layersOf(header);
  const isUsual = layers.every(({ depth, tiles }) =>
    depth === 8 && (tiles[0]?.header?.chroma ?? 3) < 2
  );
  const own = DECODER + (isUsual ? 0 : OTHER) + BYTE * header.bytes;
  return own +
    sum(layers, (layer) =>
      TILE * layer.tiles.length + PIXEL * areaOf(layer) +
      SAMPLE * samplesOf(layer));
}

function layersOf({ picture, alpha }: Header): Coded[] {
  return alpha === undefined ? [picture] : [picture, alpha];
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}

/** Pixels of all tiles, with what is coded and not shown. */
function areaOf({ tiles }: Coded): number {
  return sum(tiles, ({ header, size }) => {
    const { width, height } = header?.coded ?? size;
    return width * height;
  });
}

function samplesOf(coded: Coded): number {
  const [tile] = coded.tiles;
  return areaOf(coded) * SAMPLES[tile?.header?.chroma ?? 3];
}

/** What the module has of its own, with tables and its heap's gaps. */
const OWN = 3 * MiB;

/** Bytes a sample, of planes and of their copy for a filter. */
const SAMPLE_BYTES = 2;

/** What is known of a block, for each of its pixels. */
const PIXEL_BYTES = 1;

/**
 * Bytes that the decoder's memory grows to: a tile of each layer, its stream
 * twice, and the rows that wait for the engine. Photographs take 4 MiB a
 * megapixel at once, and 11 MiB as 12 MP in tiles.
 */
export function decodeMemory(header: Header): number {
  return OWN + sum(layersOf(header), (layer) => {
    const { tiles, columns, size, depth } = layer;
    const count = Math.max(tiles.length, 1);
    const samples = samplesOf(layer) / count;
    const width = depth === 8 ? SAMPLE_BYTES : 2 * SAMPLE_BYTES;
    const rows = columns > 1 ? tiles[0]?.size.height ?? 0 : 16;
    const stream = Math.max(...tiles.map(({ place }) => lengthOf(place)));
    return width * samples + PIXEL_BYTES * areaOf(layer) / count +
      4 * size.width * rows + 2 * stream;
  });
}

/**
 * An instance that has grown further is not used again: photographs in tiles
 * take less.
 */
export const MOST_KEPT = 16 * MiB;

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

/** Of the first picture: to unpack and compile the decoder. 180 to 300 ms. */
const DECODER = 300_000_000;

/** A tile: tables, filters at its edges, a call. */
const TILE = 300_000;

/** A pixel that becomes red, green and blue: 5. */
const PIXEL = 5;

/**
 * A sample of luma or chroma, with filters: 7 of what is smooth, 13 of
 * photographs. Transforms of more than 8 bits have no SIMD: 52.
 */
const SAMPLE = 20;
const DEEP_SAMPLE = 60;

/** A byte of the streams: 50 to 90, by what it is of. */
const BYTE = 90;

/** A block that is predicted: 350, of the smallest, and most of them are. */
const BLOCK = 400;

/** The smallest has 4 × 4 samples. */
const SMALLEST = 16;

/** Blocks of a photograph, a pixel: 0.005 at 12 MP; 0.06 of one of 1 MP. */
const USUAL_BLOCKS = 0.02;

/** What leaves time for the rest: all blocks may be small up to that. */
const ENOUGH = 1_100_000_000;

/** Samples of luma and chroma a pixel, by `Chroma`. */
const SAMPLES = [1, 1.5, 2, 3] as const;

/** What a decode of a file takes, at most: the decoder stops there. */
export function decodeCost(header: Header): number {
  return knownCost(header) + BLOCK * blocksOf(header);
}

/**
 * How many blocks a file may have. How many it has is not known before it is
 * decoded: a small one as many as there can be, a large one as photographs.
 */
export function blocksOf(header: Header): number {
  const layers = layersOf(header);
  const all = sum(layers, (it) => samplesOf(it) / SMALLEST);
  const usual = USUAL_BLOCKS * sum(layers, areaOf);
  const fitting = Math.floor((ENOUGH - knownCost(header)) / BLOCK);
  return Math.ceil(Math.min(all, Math.max(usual, fitting)));
}

/** What is known without its blocks. */
function knownCost(header: Header): number {
  return DECODER + BYTE * header.bytes + sum(layersOf(header), (layer) => {
    const sample = layer.depth === 8 ? SAMPLE : DEEP_SAMPLE;
    return TILE * layer.tiles.length + PIXEL * areaOf(layer) +
      sample * samplesOf(layer);
  });
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

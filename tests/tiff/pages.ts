/**
 * Pages of samples that are known, stored in every way.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Size } from "../../supabase/functions/image-proxy/engine/geometry.ts";
import { dice } from "../index/random.ts";
import { PACKINGS } from "./packings.ts";
import { type Page, type Tags, u16 } from "./tiffs.ts";

/** How samples are stored. */
export interface Storage {
  readonly bits: number;
  /** Of a pixel. */
  readonly samples: number;
  readonly photometric: number;
  readonly isLittle?: boolean;
  readonly compression?: number;
  /** 2 for differences. */
  readonly predictor?: number;
  /** 2 for planes. */
  readonly planar?: number;
  /** A strip's rows, or a tile. */
  readonly segment?: number | Size;
  /** Tags besides. */
  readonly more?: Tags;
}

/** No multiple of anything. */
export const SIZE: Size = { width: 37, height: 23 };

/** Rows of samples, pixel by pixel. */
export type Rows = readonly (readonly number[])[];

/** Samples of `bits` by chance, with some that are the same side by side. */
export function samplesOf(
  { bits, samples }: Pick<Storage, "bits" | "samples">,
  size: Size = SIZE,
): number[][] {
  const { below } = dice(bits * 100 + samples);
  return Array.from({ length: size.height }, () => {
    const row: number[] = [];
    while (row.length < size.width * samples) {
      const pixel = Array.from({ length: samples }, () => below(2 ** bits));
      for (let n = 1 + below(6); n > 0; n--) row.push(...pixel);
    }
    return row.slice(0, size.width * samples);
  });
}

/** A page of `rows`. */
export function pageOf(rows: Rows, storage: Storage): Page {
  const { bits, samples, photometric, compression = 1 } = storage;
  const { predictor = 1, planar = 1, segment = rows.length } = storage;
  const size = {
    width: (rows[0]?.length ?? 0) / samples,
    height: rows.length,
  };
  const pack = PACKINGS[compression];
  if (pack === undefined) throw new Error(`No packing ${compression}`);
  const segments = segmentsOf(rows, storage, size).map((it) => pack(it));
  const offsets: number[] = [];
  let at = 0;
  for (const { length } of segments) {
    offsets.push(at);
    at += length;
  }
  const counts = segments.map(({ length }) => length);
  const tags: Tags = {
    256: { short: [size.width] },
    257: { long: [size.height] },
    258: { short: Array.from({ length: samples }, () => bits) },
    259: { short: [compression] },
    262: { short: [photometric] },
    277: { short: [samples] },
    284: { short: [planar] },
    317: { short: [predictor] },
    ...typeof segment === "number"
      ? {
        273: { long: offsets },
        278: { short: [segment] },
        279: { long: counts },
      }
      : {
        322: { short: [segment.width] },
        323: { short: [segment.height] },
        324: { long: offsets },
        325: { long: counts },
      },
    ...storage.more,
  };
  return { tags, data: Buffer.concat(segments) };
}

/** By planes, from the top, and from the left. */
function segmentsOf(rows: Rows, storage: Storage, size: Size): Buffer[] {
  const { samples, planar = 1, segment = rows.length } = storage;
  const planes = planar === 2
    ? Array.from(
      { length: samples },
      (_, plane) => planeOf(rows, plane, samples),
    )
    : [rows];
  const together = planar === 2 ? 1 : samples;
  const strip = typeof segment === "number";
  const [width, height] = strip
    ? [size.width, segment]
    : [segment.width, segment.height];
  return planes.flatMap((plane) => {
    const all: Buffer[] = [];
    for (let top = 0; top < size.height; top += height) {
      for (let left = 0; left < size.width; left += width) {
        // The last strip is as high as it is, and tiles are whole.
        const high = strip ? Math.min(height, size.height - top) : height;
        all.push(Buffer.concat(Array.from({ length: high }, (_, y) => {
          const row = plane[top + y] ?? [];
          const part = row.slice(left * together, (left + width) * together);
          while (part.length < width * together) part.push(0);
          return rowOf(part, storage, together);
        })));
      }
    }
    return all;
  });
}

function planeOf(rows: Rows, plane: number, samples: number): Rows {
  return rows.map((row) => row.filter((_, at) => at % samples === plane));
}

function rowOf(
  row: readonly number[],
  { bits, predictor = 1, isLittle = true }: Storage,
  together: number,
): Buffer {
  const values = predictor === 1
    ? row
    : row.map((it, at) => it - (row[at - together] ?? 0) & 2 ** bits - 1);
  if (bits === 16) return Buffer.concat(values.map((it) => u16(it, isLittle)));
  const text = values.map((it) => it.toString(2).padStart(bits, "0")).join("");
  const bytes = text.match(/.{1,8}/g) ?? [];
  return Buffer.from(bytes.map((it) => parseInt(it.padEnd(8, "0"), 2)));
}

/**
 * What a picture may take, by what its header says. No I/O.
 *
 * Nothing can stop a decoder from outside where there is no `Worker`: so what
 * would take too long or too much is never begun.
 *
 * @module
 */
import { MiB } from "../_shared/units.ts";
import { encodeCost, encodeMemory, MAX_MEMORY } from "./avif/costs.ts";
import { encodeCost as bmpCost } from "./bmp/costs.ts";
import type { Size } from "./engine/geometry.ts";
import { encodeCost as gifCost } from "./gif/costs.ts";
import type { Header } from "./header/header.ts";
import { OFFERS_AVIF } from "./policy.ts";
import type { ResultFormat } from "./result.ts";
import { encodeCost as tiffCost } from "./tiff/costs.ts";

/** What any picture may have. */
export const LIMITS = {
  /** Source: Storage's own image transformation. */
  pixels: 50_000_000,
  /** Encoders write about ten. */
  passes: 64,
  /** 16 MP of progressive JPEG, or 12 MP of lossless WebP or interlaced PNG. */
  keptBytes: 48 * MiB,
};

/** A limit, and what it was measured against. */
export interface Broken {
  readonly what: "pixels" | "passes" | "bytes in memory";
  readonly limit: number;
  readonly cost: number;
}

/** The limit that a picture breaks; `undefined` if it breaks none. */
export function breaks(
  { size, passes, keptBytes }: Header,
): Broken | undefined {
  const rows: Broken[] = [
    { what: "pixels", limit: LIMITS.pixels, cost: size.width * size.height },
    { what: "passes", limit: LIMITS.passes, cost: passes },
    { what: "bytes in memory", limit: LIMITS.keptBytes, cost: keptBytes },
  ];
  return rows.find(({ limit, cost }) => cost > limit);
}

/**
 * What a part of the work takes, at most: noise, and files that are made to be
 * slow, in a process that has not made a picture before. In nanoseconds of a
 * server's core. The engine's own, from `engine/src/budget.h`: a test compares.
 */
export const COSTS = {
  START: 180_000_000,
  JPEG_BYTE: 12,
  JPEG_PIXEL: 8,
  JPEG_SCAN_PIXEL: 3,
  JPEG_DECODED_PIXEL: 16,
  PNG_BYTE: 7,
  PNG_PIXEL: 32,
  WEBP_BYTE: 45,
  WEBP_PIXEL: 40,
  RESIZE_PIXEL: 8,
  RESIZE_OUTPUT_PIXEL: 20,
  WEBP_OUTPUT_PIXEL: 75,
  WEBP_OUTPUT_ALPHA: 80,
  JPEG_OUTPUT_PIXEL: 140,
  PNG_OUTPUT_BYTE: 100,
};

/** Of the 2 s that a request has: answering takes the rest. */
export const MOST_NS = 1_800_000_000;

/** A file, and what it is to become. */
export interface Job {
  readonly header: Header;
  readonly bytes: number;
  /** Of the source, upright. */
  readonly from: Size;
  readonly to: Size;
  readonly format: ResultFormat;
}

/** What a job takes in nanoseconds, at most. */
export function costOf(job: Job): number {
  return decodeCost(job) + outputCost(job);
}

/** To decode and resize. */
export function decodeCost({ header, bytes, from, to }: Job): number {
  const pixels = from.width * from.height;
  const resize = COSTS.RESIZE_PIXEL;
  switch (header.format) {
    case "jpeg": {
      const passes = header.keptBytes > 0 ? header.passes : 0;
      const scale = eighths(from, to) / 8;
      return COSTS.START + COSTS.JPEG_BYTE * bytes +
        (COSTS.JPEG_PIXEL + COSTS.JPEG_SCAN_PIXEL * passes) * pixels +
        (COSTS.JPEG_DECODED_PIXEL + resize) * pixels * scale ** 2;
    }
    case "png":
      return COSTS.START +
        (4 * COSTS.PNG_BYTE + COSTS.PNG_PIXEL + resize) * pixels;
    case "webp":
      return COSTS.START + COSTS.WEBP_BYTE * bytes +
        (COSTS.WEBP_PIXEL + resize) * pixels;
    default:
      // Its decoder says what it takes, and gives the engine pixels.
      return COSTS.START + (header.decodeNs ?? 0) + resize * pixels;
  }
}

/** As the engine decodes: twice as large as the result, or as little more. */
function eighths(from: Size, to: Size): number {
  const ratio = Math.max(to.width / from.width, to.height / from.height);
  return Math.min(8, Math.max(1, Math.ceil(16 * ratio)));
}

/** To finish the result and encode it. */
export function outputCost({ header, to, format }: Job): number {
  const pixels = to.width * to.height;
  const resized = COSTS.RESIZE_OUTPUT_PIXEL * pixels;
  // Some formats say it only once they are decoded.
  const { hasAlpha = true } = header;
  switch (format) {
    case "webp":
      return resized + webpCost(pixels, hasAlpha);
    case "jpeg":
      return resized + COSTS.JPEG_OUTPUT_PIXEL * pixels;
    case "png":
      return resized + 4 * COSTS.PNG_OUTPUT_BYTE * pixels;
    case "avif":
      return resized + encodeCost({ ...to, hasAlpha }, 9);
    case "gif":
      return resized + gifCost(to);
    case "bmp":
      return resized + bmpCost(to);
    case "tiff":
      return resized + tiffCost({ ...to, hasAlpha });
    default:
      // Of a placeholder there are few pixels.
      return resized;
  }
}

/** By the method that `engine/src/webp_write.c` takes for as many pixels. */
export function webpCost(pixels: number, hasAlpha: boolean): number {
  const method = pixels <= 1.2e6 ? 4 : pixels <= 2.5e6 ? 2 : 0;
  const alpha = hasAlpha ? COSTS.WEBP_OUTPUT_ALPHA * (1 + method) : 0;
  return (COSTS.WEBP_OUTPUT_PIXEL * (2 + method) + alpha) * pixels;
}

/** What is left for a decoder of its own, in nanoseconds. */
export function leftToDecode(job: Job): number {
  const { decodeNs = 0 } = job.header;
  return MOST_NS - outputCost(job) - (decodeCost(job) - decodeNs);
}

/** Whether a job is offered unasked: AVIF takes long, and memory. */
export function isOffered(job: Job): boolean {
  if (job.format !== "avif") return true;
  if (!OFFERS_AVIF) return false;
  const { width, height } = job.to;
  // Both of its codecs are in memory then, and that is much.
  if (job.header.format === "avif") return false;
  const { hasAlpha = true } = job.header;
  return encodeMemory({ width, height, hasAlpha }, 9) <= MAX_MEMORY &&
    costOf(job) <= MOST_NS;
}

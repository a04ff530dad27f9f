/**
 * Every kind of file that a picture can be made of, and how sharp is to take it.
 *
 * @module
 */
import { write } from "../../supabase/functions/image-proxy/bmp/write.ts";
import type { Size } from "../../supabase/functions/image-proxy/engine/geometry.ts";
import { type Calls, sharp, type Task } from "../engine/oracle.ts";
import {
  AVIF_KINDS,
  type Kind,
  KINDS,
  makeKinds,
  SIZE,
} from "../engine/pictures.ts";
import { TIFF_KINDS } from "../tiff/pictures.ts";
import { idealInk } from "./ink.ts";

/** A file, or pixels. */
export type Source = Omit<Task, "calls">;

/** One kind of file. */
export interface Original {
  readonly name: string;
  readonly file: Uint8Array;
  /** Upright. */
  readonly size: Size;
  readonly hasAlpha: boolean;
  /** Below which likeness is a mistake, if it is not the usual one. */
  readonly floor?: number;
  /** What a colour may be off, of 255, besides what is usual. */
  readonly off: number;
  /** The same picture for sharp: usually the file itself. */
  source(): Promise<Source>;
}

/** Of TIFF, whose reader has tests of its own, what differs by its way here. */
const TIFFS: ReadonlySet<string> = new Set([
  ...["TIFF, LZW of differences", "TIFF, JPEG in tiles", "TIFF, Display P3"],
  ...["TIFF, deflate with alpha", "TIFF, CMYK with a printer's profile"],
  ...["TIFF, grey, 16 bits", "TIFF, orientation 6"],
]);

/** What sharp reads, too, and makes only in part. */
const DRAWN: readonly Kind[] = [
  { name: "GIF", calls: [["removeAlpha"], ["gif", {}]] },
  {
    name: "GIF, interlaced",
    calls: [["removeAlpha"], ["gif", { progressive: true }]],
  },
];

/** All of them. A format that is added puts its kinds here. */
export async function makeOriginals(): Promise<Original[]> {
  const tiffs = TIFF_KINDS.filter(({ name }) => TIFFS.has(name));
  const kinds = [...KINDS, ...AVIF_KINDS, ...tiffs, ...DRAWN];
  const files = await makeKinds(kinds, SIZE);
  const originals = kinds.map((kind, at) => originalOf(kind, files[at]));
  const [input = new Uint8Array()] = files;
  const [drawing] = await sharp([{ input, calls: PIXELS }]);
  return [...originals, ...bitmapsOf(drawing)];
}

/** To red, green, blue and alpha. */
export const PIXELS: Calls = [
  ["toColourspace", "srgb"],
  ["ensureAlpha"],
  ["raw"],
];

/** What sharp does not read, of its pixels. */
function bitmapsOf(pixels: Uint8Array = new Uint8Array()): Original[] {
  const bmp = write({ ...SIZE, hasAlpha: false, pixels });
  const plain = { size: SIZE, hasAlpha: false, off: 0 };
  const source = () => Promise.resolve(rawOf(pixels, SIZE));
  return [{ ...plain, name: "BMP", file: bmp, source }];
}

/** The one of ink that does not say whose. */
const INK = "JPEG, CMYK";

function originalOf(
  kind: Kind,
  file: Uint8Array = new Uint8Array(),
): Original {
  const { name, hasAlpha = false, floor, off = 0 } = kind;
  const size = sizeOf(name);
  const plain = { name, file, size, hasAlpha, off: 0 };
  if (name === INK) {
    const source = async () => rawOf(await idealInk(file), size);
    return { ...plain, source };
  }
  const source = () => Promise.resolve({ input: file });
  return { ...plain, off, source, ...(floor === undefined ? {} : { floor }) };
}

function sizeOf(name: string): Size {
  if (name.endsWith("on a larger canvas")) return { width: 500, height: 400 };
  const isTurned = /orientation [5-8]$/.test(name);
  return isTurned ? { width: SIZE.height, height: SIZE.width } : SIZE;
}

/** Pixels of red, green, blue and alpha. */
export function rawOf(input: Uint8Array, { width, height }: Size): Source {
  return { input, raw: { width, height, channels: 4 } };
}

/**
 * HEIC files of other programs, parts of which are put together anew, since no
 * encoder at hand makes grids of tiles as cameras do.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Pixels } from "../../supabase/functions/image-proxy/engine/source.ts";
import { Failed } from "../../supabase/functions/image-proxy/engine/failure.ts";
import { LIMITS } from "../../supabase/functions/image-proxy/cost.ts";
import { heicHeader } from "../../supabase/functions/image-proxy/header/heic.ts";
import { readHeader } from "../../supabase/functions/image-proxy/heic/header.ts";
import { heicSource } from "../../supabase/functions/image-proxy/heic/source.ts";
import { bytesAt } from "../../supabase/functions/image-proxy/heif/extents.ts";
import { box, fileOf, ispe, type Item, shorts } from "../avif/boxes.ts";
import { sharp } from "../engine/oracle.ts";

const FOLDER = new URL("../files/heic/", import.meta.url);

/** What `codec.ts` leaves for a decode, or a little more. */
const MOST_NS = 1_500_000_000;

export async function fileNamed(name: string): Promise<Uint8Array> {
  return await Deno.readFile(new URL(name, FOLDER));
}

/** What all of them are made of, in RGBA. */
export async function picture(): Promise<Uint8Array> {
  const input = await fileNamed("picture.png");
  const [pixels] = await sharp([{ input, calls: [["ensureAlpha"], ["raw"]] }]);
  return pixels ?? new Uint8Array();
}

/** A picture, whole. */
export interface Whole extends Pixels {
  readonly pixels: Uint8Array;
}

/** All rows of a file, or why there are none: as `codec.ts` has them made. */
export async function wholeOf(file: Uint8Array): Promise<Whole | string> {
  const header = heicHeader(file);
  if (typeof header === "string") return header;
  if (header.keptBytes > LIMITS.keptBytes) return "memory";
  if ((header.decodeNs ?? 0) > MOST_NS) return "cost";
  const source = await heicSource(file, header, { size: header.size });
  if (typeof source === "string" || source instanceof Uint8Array) {
    return String(source);
  }
  try {
    return { ...source, pixels: rowsOf(source) };
  } catch (error) {
    if (error instanceof Failed) return error.failure;
    throw error;
  }
}

function rowsOf({ size: { width, height }, pixels: read }: Pixels): Uint8Array {
  if (read instanceof Uint8Array) return read;
  const pixels = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) {
    read(y, pixels.subarray(4 * width * y, 4 * width * (y + 1)));
  }
  return pixels;
}

export async function decoded(file: Uint8Array): Promise<Whole> {
  const whole = await wholeOf(file);
  if (typeof whole === "string") throw new Error(whole);
  return whole;
}

/** The stream of a file that has one, how large it is, and the `hvcC` of it. */
export function streamOf(
  file: Uint8Array,
): { stream: Uint8Array; size: Uint8Array; hvcC: Uint8Array } {
  const header = readHeader(file);
  if (typeof header === "string") throw new Error(header);
  const [tile] = header.picture.tiles;
  const place = tile?.place ?? [];
  const { width = 0, height = 0 } = tile?.header?.size ?? {};
  const at = Buffer.from(file).indexOf("hvcC", "latin1") - 4;
  const length = Buffer.from(file).readUInt32BE(at);
  const bytes = bytesAt({ bytes: file, fileBytes: file.length }, place);
  return {
    stream: bytes.slice(),
    size: ispe(width, height),
    hvcC: file.slice(at, at + length),
  };
}

/** What encoders make of 64 × 48, which they cut out of it: see `Grid`. */
export const SQUARE: Uint8Array = ispe(64, 64);

export const BRANDS: readonly string[] = ["heic", "mif1"];

/** A file of one picture, whatever is said of it. */
export function still(
  stream: Uint8Array,
  ...properties: readonly Uint8Array[]
): Uint8Array {
  const items = [{ type: "hvc1", data: stream, properties }];
  return fileOf({ items, brands: BRANDS });
}

/** A picture of tiles, as a phone's: what it says, and what there is. */
export interface Grid {
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  readonly rows: number;
  /** Each a file of one stream, all of one size. */
  readonly tiles: readonly Uint8Array[];
}

/** The items of a grid, of which the first is the grid, and its reference. */
export function gridOf(
  { width, height, columns, rows, tiles }: Grid,
  ...properties: readonly Uint8Array[]
): { items: Item[]; references: Uint8Array[] } {
  const words = Uint8Array.of(0, 0, rows - 1, columns - 1);
  const data = Buffer.concat([words, shorts(width, height)]);
  const own = [ispe(width, height), ...properties];
  const parts = tiles.map((file) => {
    const { stream, size, hvcC } = streamOf(file);
    return { type: "hvc1", data: stream, properties: [size, hvcC] };
  });
  const to = parts.map((_, i) => i + 2);
  return {
    items: [{ type: "grid", data, properties: own }, ...parts],
    references: [box("dimg", shorts(1, to.length, ...to))],
  };
}

export function gridFile(
  grid: Grid,
  ...properties: readonly Uint8Array[]
): Uint8Array {
  return fileOf({ ...gridOf(grid, ...properties), brands: BRANDS });
}

/** What a phone writes, of noise: tiles of 512 × 512. */
export async function phoneFile(
  columns: number,
  rows: number,
): Promise<Uint8Array> {
  const tile = await fileNamed("noise.heic");
  const tiles = Array.from({ length: columns * rows }, () => tile);
  const size = { width: 512 * columns, height: 512 * rows };
  return gridFile({ ...size, columns, rows, tiles });
}

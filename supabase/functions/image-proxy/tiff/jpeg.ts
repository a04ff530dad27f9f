/**
 * Blocks that are JPEG files, each of its own: Adobe Photoshop TIFF Technical
 * Notes of 2002, which replace section 22 of TIFF 6.0.
 *
 * @module
 */
import type { Failure } from "../decoders.ts";
import type { Size } from "../engine/geometry.ts";
import { transform } from "../engine/transform.ts";
import { jpegHeader } from "../header/jpeg.ts";
import type { Image } from "./image.ts";

/** `SOI` and `EOI`, which tables have around them. */
const MARK = 2;

/** Says that the three samples of a pixel are red, green and blue. */
const ADOBE_RGB = [
  ...[0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, 0],
];

/** In a strip that is higher than its part of the picture. */
const MOST_ROWS = 4_096;

/** Red, green, blue and alpha of all of `image`, whose blocks are JPEG files. */
export async function pixelsOf(
  file: Uint8Array,
  image: Image,
): Promise<Uint8Array | Failure> {
  const { size, blocks } = image;
  const all = new Uint8Array(4 * size.width * size.height);
  for (let index = 0; index < blocks.across * blocks.down; index++) {
    const left = index % blocks.across * blocks.size.width;
    const top = Math.floor(index / blocks.across) * blocks.size.height;
    const rows = Math.min(blocks.size.height, size.height - top);
    const least = { width: blocks.size.width, height: rows };
    const made = await decoded(fileOf(file, image, index), least);
    if (typeof made === "string") return made;
    place(made, { left, top }, all, size);
  }
  return all;
}

/** A block as a file: the tables that it shares, and then its own. */
function fileOf(file: Uint8Array, image: Image, index: number): Uint8Array {
  const { blocks, tables, colour, isYcc } = image;
  const at = blocks.offsets[index] ?? 0;
  const own = file.subarray(at, at + (blocks.lengths[index] ?? 0));
  const shared = tables === undefined
    ? own.subarray(0, MARK)
    : file.subarray(tables.at, tables.at + Math.max(0, tables.length - MARK));
  const marks = colour === "rgb" && !isYcc ? ADOBE_RGB : [];
  const parts = [...shared, ...marks];
  const whole = new Uint8Array(parts.length + Math.max(0, own.length - MARK));
  whole.set(parts);
  whole.set(own.subarray(MARK), parts.length);
  return whole;
}

interface Block {
  readonly size: Size;
  readonly pixels: Uint8Array;
}

/** Its header is looked at first, since its file says again how large it is. */
async function decoded(
  file: Uint8Array,
  { width, height }: Size,
): Promise<Block | Failure> {
  const header = jpegHeader(file);
  if (typeof header === "string") return "unreadable";
  const { size, keptBytes } = header;
  const isOther = size.width !== width || size.height < height ||
    // A strip that is cut off may be stored as high as the others.
    size.height > MOST_ROWS + height;
  if (isOther || keptBytes > 0) return "unreadable";
  const made = await transform(file, { format: "pixels" });
  if (!made.ok) return "unreadable";
  const { picture } = made;
  const isTurned = picture.size.width !== size.width;
  return isTurned ? "unreadable" : { size, pixels: picture.bytes };
}

/** Copies as much of a block as is in the picture. */
function place(
  { size, pixels }: Block,
  { left, top }: { readonly left: number; readonly top: number },
  to: Uint8Array,
  { width, height }: Size,
): void {
  const bytes = 4 * Math.min(size.width, width - left);
  for (let y = 0; y < Math.min(size.height, height - top); y++) {
    const from = 4 * size.width * y;
    const row = pixels.subarray(from, from + bytes);
    to.set(row, 4 * ((top + y) * width + left));
  }
}

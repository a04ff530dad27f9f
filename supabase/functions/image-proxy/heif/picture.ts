/**
 * What a file of boxes says of the picture that it is of, and what of it is to
 * be decoded: ISO/IEC 23008-12, MIAF (ISO/IEC 23000-22). No I/O.
 *
 * @module
 */
import type { Colour } from "../colour/colour.ts";
import type { Size } from "../engine/geometry.ts";
import type { Orientation } from "../engine/orientation.ts";
import { Refused, unsupported } from "../header/refused.ts";
import { type Coded, codedOf, type Depth, type Source } from "./coded.ts";
import { boxesOf, Cursor } from "./cursor.ts";
import { type File, lengthOf } from "./extents.ts";
import { Items } from "./items.ts";
import { isAlpha, type Part, type Properties } from "./properties.ts";
import { readTracks } from "./tracks.ts";

/** The picture of a file. */
export interface Picture<Header> {
  /** As stored: before the orientation. */
  readonly size: Size;
  /** Of `irot` and `imir`, which a reader obeys, and not EXIF. */
  readonly orientation: Orientation;
  /** What is shown of it, if that is not all. */
  readonly part?: Part;
  readonly hasAlpha: boolean;
  /** Bits a sample. */
  readonly depth: Depth;
  readonly isGrid: boolean;
  /** Of an animation: its first is decoded, or the picture that stands for it. */
  readonly frames?: number;
  readonly colour: Colour;
  /** An ICC profile, which the decoder does not apply. */
  readonly profile?: Uint8Array;
  /** Of all the streams that are decoded. */
  readonly bytes: number;
  readonly picture: Coded<Header>;
  readonly alpha?: Coded<Header>;
  /** Whether alpha is in the colours already. */
  readonly isPremultiplied: boolean;
}

/** What every codec's streams say. */
export interface Said {
  readonly size: Size;
  readonly colour: Colour;
}

/** Of a stream that is not there yet, and of whose colours no box says a word. */
const UNSAID: Colour = { primaries: 2, transfer: 2, matrix: 2, isFull: true };

/** Brands that are looked at: encoders write up to eight. */
const MAX_BRANDS = 32;

/** What a file that begins so says that it is: ISO/IEC 14496-12 §4.3. */
export function brandsOf(bytes: Uint8Array): string[] {
  const head = new Cursor(bytes);
  if (head.left < 16) return [];
  const length = head.uint(4);
  if (head.type() !== "ftyp") return [];
  const brands = [head.type()];
  head.skip(4);
  while (
    head.at + 4 <= Math.min(length, bytes.length) && brands.length < MAX_BRANDS
  ) brands.push(head.type());
  return brands;
}

/** The picture that stands for the file, or the first of an animation's. */
export function readPicture<Header extends Said>(
  source: Source<Header>,
  isAnimation: boolean,
): Picture<Header> {
  const { meta, moov } = topOf(source.file, isAnimation);
  const animation = moov === undefined ? undefined : readTracks(source, moov);
  const frames = animation === undefined ? {} : { frames: animation.frames };
  if (meta !== undefined) {
    return { ...ofItems(source, new Items(meta)), ...frames };
  }
  if (animation === undefined) throw new Refused("corrupt");
  const { properties, picture, alpha } = animation;
  const coded = {
    picture: picture(),
    alpha: alpha?.(),
    isPremultiplied: false,
  };
  return { ...pictureOf(properties, coded), ...frames };
}

/** The boxes that say where everything is, which come early or late. */
function topOf(
  { bytes, fileBytes }: File,
  isAnimation: boolean,
): { meta?: Cursor; moov?: Cursor } {
  const top: { meta?: Cursor; moov?: Cursor } = {};
  // A box that is not all there is the last one, of a part of a file.
  const all = boxesOf(new Cursor(bytes, 0, fileBytes), "truncated");
  for (const { type, content } of all) {
    if (type === "meta") top.meta ??= content;
    if (type === "moov" && isAnimation) top.moov ??= content;
    const isAll = top.meta !== undefined &&
      (!isAnimation || top.moov !== undefined);
    if (isAll) break;
    // Nothing to see behind it, and perhaps enough before it.
    if (content.end >= bytes.length && top.meta !== undefined) break;
  }
  return top;
}

/** The item that stands for the file, and its alpha. */
function ofItems<Header extends Said>(
  source: Source<Header>,
  items: Items,
): Picture<Header> {
  const { primary, references } = items;
  const alpha = references.find(({ type, from, to }) =>
    type === "auxl" && to.includes(primary) &&
    isAlpha(items.propertiesOf(from))
  )?.from;
  const isPremultiplied = references.some(({ type, from, to }) =>
    type === "prem" && from === primary && alpha !== undefined &&
    to.includes(alpha)
  );
  const properties = items.propertiesOf(primary);
  if (alpha !== undefined) requireAlike(properties, items.propertiesOf(alpha));
  return pictureOf(properties, {
    picture: codedOf(source, items, primary),
    alpha: alpha === undefined ? undefined : codedOf(source, items, alpha),
    isPremultiplied,
  });
}

/** Alpha is cut as its colours are, or says nothing of it. */
function requireAlike({ part }: Properties, { part: other }: Properties): void {
  if (other === undefined) return;
  const isSame = part !== undefined && part.left === other.left &&
    part.top === other.top && part.width === other.width &&
    part.height === other.height;
  if (!isSame) throw unsupported("Its alpha is cut otherwise than its colours");
}

function pictureOf<Header extends Said>(
  { orientation, colour, profile, part }: Properties,
  { picture, alpha, isPremultiplied }: {
    picture: Coded<Header>;
    alpha: Coded<Header> | undefined;
    isPremultiplied: boolean;
  },
): Picture<Header> {
  const { size, depth } = picture;
  if (size.width < 1 || size.height < 1) throw new Refused("corrupt");
  const isOther = alpha !== undefined &&
    (alpha.size.width !== size.width || alpha.size.height !== size.height);
  if (isOther) throw new Refused("corrupt");
  const streams = [...picture.tiles, ...alpha?.tiles ?? []];
  return {
    size,
    orientation,
    ...(part === undefined ? {} : { part }),
    hasAlpha: alpha !== undefined,
    depth,
    isGrid: picture.tiles.length > 1,
    colour: colour ?? picture.tiles[0]?.header?.colour ?? UNSAID,
    ...(profile === undefined ? {} : { profile }),
    bytes: streams.reduce((sum, { place }) => sum + lengthOf(place), 0),
    picture,
    ...(alpha === undefined ? {} : { alpha }),
    isPremultiplied,
  };
}

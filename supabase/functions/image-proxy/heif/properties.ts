/**
 * What boxes say of a picture: the properties of ISO/IEC 23008-12 §6.5. No I/O.
 *
 * @module
 */
import type { Size } from "../engine/geometry.ts";
import type { Orientation } from "../engine/orientation.ts";
import { Refused, unsupported } from "../header/refused.ts";
import type { Colour } from "../colour/colour.ts";
import type { Box, Cursor } from "./cursor.ts";

/** Of one picture. */
export interface Properties {
  /** Of `ispe`. */
  readonly size?: Size;
  /** `av1C` or `hvcC`: what it says of the stream. */
  readonly config?: Box;
  /** `clap`: what is shown of the picture, before it is turned. */
  readonly part?: Part;
  readonly colour?: Colour;
  /** An ICC profile. */
  readonly profile?: Uint8Array;
  /** What an auxiliary picture is. */
  readonly aux?: string;
  readonly orientation: Orientation;
}

/** In whole pixels, as they are stored. */
export interface Part extends Size {
  readonly left: number;
  readonly top: number;
}

/** AVIF 1.1, §4, and what came before it. */
const ALPHA: readonly (string | undefined)[] = [
  "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha",
  "urn:mpeg:hevc:2015:auxid:1",
];

export function isAlpha({ aux }: Properties): boolean {
  return ALPHA.includes(aux);
}

/**
 * The properties of a picture, in the order in which they apply. What is
 * `essential` and not known here might mean anything.
 */
export function readProperties(
  boxes: readonly { readonly box: Box; readonly isEssential: boolean }[],
): Properties {
  let all: Properties = { orientation: 1 };
  for (const { box: { type, content }, isEssential } of boxes) {
    const found = type === "clap"
      ? { part: readPart(content, all) }
      : readOne(type, content, all.orientation);
    if (found === undefined && isEssential) {
      throw unsupported("It has to be shown in a way that is not known");
    }
    // The first of a kind counts, but for those that turn.
    all = { ...found, ...all, ...pickTurn(found) };
  }
  return all;
}

function pickTurn(found: Partial<Properties> | undefined): Partial<Properties> {
  const { orientation } = found ?? {};
  return orientation === undefined ? {} : { orientation };
}

/** Undefined is a property that is not known. */
function readOne(
  type: string,
  content: Cursor,
  turned: Orientation,
): Partial<Properties> | undefined {
  switch (type) {
    case "ispe":
      content.full();
      return { size: { width: content.uint(4), height: content.uint(4) } };
    case "av1C":
    case "hvcC":
      return { config: { type, content } };
    case "auxC":
      content.full();
      return { aux: content.text() };
    case "colr":
      return readColour(content);
    case "irot":
      return { orientation: rotated(turned, content.uint(1) & 3) };
    case "imir":
      return { orientation: mirrored(turned, content.uint(1) & 1) };
    // The layers of a picture, of which all are decoded; and its depth, which
    // the stream says as well.
    case "a1op":
    case "lsel":
    case "pixi":
    case "pasp":
      return {};
  }
  return undefined;
}

/**
 * ISO/IEC 14496-12 §12.1.4: width, height, and how far its middle is from the
 * picture's, each as a fraction. Parts of pixels are not shown.
 */
function readPart(
  content: Cursor,
  { size, orientation }: Properties,
): Part {
  const [width = 0, height = 0, across = 0, down = 0] = Array.from(
    { length: 4 },
    () => content.int(4) / content.uint(4),
  );
  // MIAF §7.3.6.7: it comes before what turns, and after the size.
  if (size === undefined || orientation !== 1) {
    throw unsupported("It is cut after it is turned");
  }
  const left = (size.width - width) / 2 + across;
  const top = (size.height - height) / 2 + down;
  const isWhole = [width, height, left, top].every(Number.isInteger);
  if (!isWhole) throw unsupported("It is cut within a pixel");
  const isInside = width > 0 && height > 0 && left >= 0 && top >= 0 &&
    left + width <= size.width && top + height <= size.height;
  if (!isInside) throw new Refused("corrupt");
  return { left, top, width, height };
}

/** ISO/IEC 14496-12 §12.1.5. */
function readColour(content: Cursor): Partial<Properties> {
  const kind = content.type();
  if (kind === "prof" || kind === "rICC") {
    return { profile: content.bytes.subarray(content.at, content.end) };
  }
  if (kind !== "nclx") return {};
  const primaries = content.uint(2);
  const transfer = content.uint(2);
  const matrix = content.uint(2);
  const isFull = content.uint(1) >= 0x80;
  return { colour: { primaries, transfer, matrix, isFull } };
}

/** After 1 to 8: what a quarter turn counterclockwise makes of it. */
const TURNED: readonly Orientation[] = [8, 5, 6, 7, 4, 1, 2, 3];
/** What the exchange of top and bottom makes of it. */
const FLIPPED: readonly Orientation[] = [4, 3, 2, 1, 8, 7, 6, 5];
/** What the exchange of left and right makes of it. */
const MIRRORED: readonly Orientation[] = [2, 1, 4, 3, 6, 5, 8, 7];

function rotated(from: Orientation, quarters: number): Orientation {
  let at = from;
  for (let i = 0; i < quarters; i++) at = TURNED[at - 1] ?? 1;
  return at;
}

function mirrored(from: Orientation, axis: number): Orientation {
  return (axis === 0 ? FLIPPED : MIRRORED)[from - 1] ?? 1;
}

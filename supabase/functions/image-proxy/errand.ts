/**
 * A picture that somebody else is to make: what they are told, and what they
 * cannot do. No I/O.
 *
 * @module
 */
import { MAX_SIDE } from "../_shared/image_bounds.ts";
import type { Resize } from "../_shared/image_options.ts";
import type { Place } from "../_shared/place.ts";
import type { Header } from "./header/header.ts";
import { planFor } from "./plan.ts";
import type { DelegateName } from "./policy.ts";
import type { Order } from "./render.ts";
import { isPlaceholder, type ResultFormat } from "./result.ts";
import type { Focus } from "./wish.ts";

/** What is to be made, in words that say the same to everybody. */
export interface Errand {
  readonly place: Place;
  /** Of the version that it is to be made of. */
  readonly etag: string | undefined;
  /** In pixels. Without a side, that side follows the picture. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  /** `contain`, unless there are both sides. */
  readonly resize: Resize;
  /** `ce`, where nothing is cut. */
  readonly gravity: Focus;
  readonly format: ResultFormat;
  /** Whether that is the format of the object. */
  readonly isOriginal: boolean;
  readonly quality: number;
  /** `rrggbb` */
  readonly background: string;
  /** Whether a side of the box may be longer than the picture's. */
  readonly isEnlarged: boolean;
}

/** An object, as far as it is known when somebody else is asked. */
export interface Seen {
  readonly place: Place;
  readonly etag: string | undefined;
  readonly header: Header;
}

/**
 * What is to be made of `seen`. Its format is ours to choose: whoever makes it
 * never learns what its caller accepts.
 */
export function errandFor(seen: Seen, { wish, newer }: Order): Errand {
  const { place, etag, header } = seen;
  const { width, height, quality, background } = wish;
  const isBox = width !== undefined && height !== undefined;
  const isFree = width === undefined && height === undefined;
  const resize = isBox ? wish.resize : "contain";
  // Headers do not say whether there is alpha, and it must not be lost.
  const sight = { ...header, hasAlpha: header.format !== "jpeg" };
  const { format } = planFor(wish, sight, { newer, isOffered: () => true });
  return {
    place,
    etag,
    width: isFree ? MAX_SIDE : width,
    height: isFree ? MAX_SIDE : height,
    resize,
    gravity: resize === "cover" ? wish.gravity : "ce",
    format,
    isOriginal: format === header.format,
    quality,
    background,
    isEnlarged: isLonger([width, height], header),
  };
}

/** As stored, a picture may lie on its side: so either way round. */
function isLonger(
  box: readonly (number | undefined)[],
  { size }: Header,
): boolean {
  const shorter = Math.min(size.width, size.height);
  return box.some((side) => side !== undefined && side > shorter);
}

type Lack = readonly [why: string, has: (errand: Errand) => boolean];

const NO_STAND_IN: Lack = [
  "Placeholders are made by this function alone",
  ({ format }) => isPlaceholder(format),
];

/** What would come out as another picture than the one that is wanted. */
const LACKS: Readonly<Record<DelegateName, readonly Lack[]>> = {
  storage: [
    NO_STAND_IN,
    [
      "Storage writes WebP, AVIF, and the format that an object has",
      ({ format, isOriginal }) =>
        format !== "webp" && format !== "avif" && !isOriginal,
    ],
    [
      "Storage stretches no picture beyond its size",
      ({ resize, isEnlarged }) => resize === "fill" && isEnlarged,
    ],
    // Its JPEGs are of JPEGs, so that there is nothing to see a background
    // through. Older versions know no gravity: their answers show that.
  ],
  imgproxy: [NO_STAND_IN],
};

/** Why `name` cannot make this; `undefined` if it can. */
export function lackOf(
  name: DelegateName,
  errand: Errand,
): string | undefined {
  return LACKS[name].find(([, has]) => has(errand))?.[0];
}

/**
 * From the options of a request to what is wanted of a picture. No I/O.
 *
 * @module
 */
import { MAX_SIDE } from "../_shared/image_bounds.ts";
import type { ImageFormat, Placeholder } from "../_shared/image_formats.ts";
import type {
  GravityName,
  ImageOptions,
  Resize,
} from "../_shared/image_options.ts";
import { problem } from "../_shared/problem.ts";
import { LADDER, SIZES } from "./policy.ts";
import { PRESET_NAMES, presetOf } from "./presets.ts";
import type { ResultFormat } from "./result.ts";

const sizeNotOffered = problem(422, "Image size not offered");

/** What is wanted, with everything filled in that was left out. */
export interface Wish {
  /** In pixels. Without a side, that side follows the picture. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly resize: Resize;
  readonly quality: number;
  /** `undefined`: whatever suits who asks. */
  readonly format: ResultFormat | "origin" | undefined;
  readonly gravity: Focus;
  /** `rrggbb` */
  readonly background: string;
}

/** What stays where `cover` cuts: a place, or a point of the picture. */
export type Focus =
  | Exclude<GravityName, "fp">
  | { readonly x: number; readonly y: number };

/** Who asks: on public routes that may be anybody. */
export type Audience = "public" | "trusted";

/**
 * What `options` mean to `audience`.
 *
 * @throws {Problem} "Image size not offered", for what the policy does not have.
 *
 * @example A preset, for a screen with two pixels for one of CSS
 * ```ts
 * import { equal, throws } from "node:assert/strict";
 * import { wishOf } from "./wish.ts";
 *
 * equal(wishOf({ preset: "avatar", dpr: 2 }, "public").width, 192);
 * throws(() => wishOf({ width: 801 }, "public"), /Cannot/);
 * equal(wishOf({ width: 801 }, "trusted").width, 801);
 * ```
 */
export function wishOf(options: ImageOptions, audience: Audience): Wish {
  if (options.preset !== undefined) {
    const preset = presetOf(options.preset);
    if (preset !== undefined) return filledIn(preset, options.dpr);
    throw sizeNotOffered(`There is no preset ${options.preset}`, {
      presets: PRESET_NAMES,
    });
  }
  if (options.placeholder !== undefined) {
    return standIn(options.placeholder, options.background);
  }
  if (audience === "public" && !isOffered(options)) {
    const detail = SIZES === "ladder"
      ? "Cannot make this for everybody: take a preset, or what is listed"
      : "Cannot make this for everybody: take a preset";
    const list = SIZES === "ladder" ? LADDER : {};
    throw sizeNotOffered(detail, { presets: PRESET_NAMES, ...list });
  }
  return filledIn(options, options.dpr);
}

/** Few pictures of one source: see `LADDER`. */
function isOffered(options: ImageOptions): boolean {
  if (SIZES !== "ladder") return SIZES === "any";
  const { width, height, quality, format, gravity, background } = options;
  return width !== undefined && LADDER.widths.includes(width) &&
    (height === undefined || height === width) &&
    (quality === undefined || LADDER.qualities.includes(quality)) &&
    (format === undefined || FOR_ALL.includes(format)) &&
    gravity === undefined && background === undefined;
}

/** What is large and rare may be had as `origin`. */
const FOR_ALL: readonly (ImageFormat | "origin")[] = [
  ...["origin", "webp", "avif", "jpeg", "png"] as const,
];

/**
 * The longest side of what each is made of, in pixels. ThumbHash takes no more
 * than 100, and the others are no better for more.
 */
const STAND_IN: Readonly<Record<Placeholder, number>> = {
  blurhash: 64,
  thumbhash: 100,
  lqip: 32,
  dominant: 64,
};

function standIn(format: Placeholder, background = "ffffff"): Wish {
  return {
    width: STAND_IN[format],
    height: STAND_IN[format],
    resize: "contain",
    quality: 30,
    format,
    gravity: "ce",
    background,
  };
}

function filledIn(options: ImageOptions, dpr = 1): Wish {
  const { width, height, resize = "cover", gravity = "ce" } = options;
  const { x_offset: x = 0.5, y_offset: y = 0.5 } = options;
  // No larger than Storage makes it, and of the same shape.
  const longest = Math.max(width ?? 0, height ?? 0);
  const scale = longest * dpr > MAX_SIDE ? MAX_SIDE / longest : dpr;
  const scaled = (side: number | undefined) =>
    side === undefined ? undefined : Math.max(1, Math.round(side * scale));
  return {
    width: scaled(width),
    height: scaled(height),
    resize,
    quality: options.quality ?? 80,
    format: options.format,
    gravity: gravity === "fp" ? { x, y } : gravity,
    background: options.background ?? "ffffff",
  };
}

/**
 * One text for each picture that can be wanted: what makes no difference to it is
 * left out.
 *
 * @example A height alone leaves nothing to cut
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { textOf, wishOf } from "./wish.ts";
 *
 * const wish = (options: object) => textOf(wishOf(options, "trusted"));
 * equal(wish({ height: 90, gravity: "no" }), wish({ height: 90, quality: 80 }));
 * ```
 */
export function textOf(wish: Wish): string {
  const { width, height, quality, format, background } = wish;
  const isBox = width !== undefined && height !== undefined;
  const resize = isBox ? wish.resize : "contain";
  const gravity = isBox && resize === "cover" ? focusOf(wish.gravity) : "";
  return [
    width ?? "",
    height ?? "",
    resize,
    quality,
    format ?? "",
    gravity,
    background,
  ].join(" ");
}

function focusOf(gravity: Focus): string {
  return typeof gravity === "string" ? gravity : `${gravity.x},${gravity.y}`;
}

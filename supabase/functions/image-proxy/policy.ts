/**
 * Which pictures may be asked for, and how long they may be kept. No I/O.
 *
 * Edit this file to make it yours. Who may see an object is not decided here:
 * public buckets are open, and the rest is for the policies on `storage.objects`
 * or for whoever signs a link.
 *
 * @module
 */
import type { ImageFormat } from "../_shared/image_formats.ts";
import type { GravityName, Resize } from "../_shared/image_options.ts";
import { MiB, seconds } from "../_shared/units.ts";

/** Options that have a name. */
export interface Preset {
  /**
   * Whether it is made as soon as an image is in a public bucket, for
   * `imageUrl()` to name at once. It needs a format then, whoever looks.
   */
  readonly eager?: boolean;
  /** In pixels of CSS: `dpr` multiplies them. */
  readonly width?: number;
  readonly height?: number;
  readonly resize?: Resize;
  readonly quality?: number;
  /** Without one, by the `accept` of a request. */
  readonly format?: ImageFormat | "origin";
  readonly gravity?: GravityName;
  readonly "x_offset"?: number;
  readonly "y_offset"?: number;
  /** `rrggbb`: what is behind a picture that JPEG cannot show through. */
  readonly background?: string;
}

/** What `?preset=` takes, on every route. */
export const PRESETS = {
  avatar: { width: 96, height: 96 },
  card: { width: 384, height: 216 },
  thumb: { width: 256, height: 256, format: "webp", eager: true },
} satisfies Readonly<Record<string, Preset>>;

/**
 * What may be asked for on public routes, where anybody may ask: a loop over
 * widths would run up a bill.
 *
 * - `ladder`: the widths and qualities of {@linkcode LADDER}, and presets
 * - `presets`: those alone
 * - `any`: whatever is within the limits
 *
 * Who has signed in, or holds a signed link, may ask for any size.
 */
export const SIZES: "ladder" | "presets" | "any" = "ladder";

/** Public widths, and the heights beside them: the same, or none. */
export const LADDER = {
  // Source: `imageSizes` and `deviceSizes` of Next.js 16, up to 2,500.
  widths: [
    ...[32, 48, 64, 96, 128, 256, 384],
    ...[640, 750, 828, 1080, 1200, 1920, 2048],
  ],
  /** Next.js's own, and Storage's. */
  qualities: [75, 80],
};

/** Who else can make pictures. */
export type DelegateName = "storage" | "imgproxy";

/** Who makes the pictures. */
export type Engine =
  | { readonly kind: "wasm" | DelegateName }
  | { readonly kind: "auto"; readonly delegate?: DelegateName };

/**
 * Who makes the pictures:
 *
 * - `wasm`: this function. What would take too much is refused with the budget
 *   and with what it would cost
 * - `storage`: Storage's image transformation, where the plan has it
 * - `imgproxy`: an imgproxy of one's own, by the settings `IMGPROXY_URL`,
 *   `IMGPROXY_KEY` and `IMGPROXY_SALT`
 * - `auto`: this function what is within its budget, and `delegate` the rest.
 *   Without one it is the same as `wasm`
 *
 * What each of the others cannot do is in `errand.ts`.
 */
export const ENGINE: Engine = { kind: "auto" };

/**
 * Whether AVIF is sent to who accepts it, where it fits into a request; else only
 * to who asks for it by `format`. Its codecs take up to 96 MiB beside the engine.
 */
export const OFFERS_AVIF: boolean = true;

/**
 * What is kept of public objects, in the bucket `portico-variants`: presets, once
 * made, so that another instance need not make them again. How much there may be
 * is in the migration `…_variants.sql`.
 */
export const VARIANTS = {
  isKept: true,
  /**
   * Whether who asks is sent to what is kept, and not shown it: then a page that
   * is viewed again calls no function.
   */
  redirects: false,
};

/** What one run makes and removes without anybody asking. */
export const TENDING = {
  /** Objects taken at a time. */
  batch: 4,
  /** In milliseconds of decoding and encoding: a run has 2 s of CPU. */
  maxMs: 800,
  /** Removed at a time, of what there is no room for. */
  maxExcess: 100,
};

/** In seconds: how long a picture may be kept whose object does not say. */
export const MAX_AGE_S = 60 * 60;

/** What an instance takes on. */
export const LOAD = {
  /** Of a source. Source: Storage's own image transformation. */
  maxBytes: 25 * MiB,
  /** Sources in memory at a time: 256 MB are the platform's limit. */
  atOnce: 2,
  /** Requests that wait for that. They take about 0.15 s each. */
  waiting: 60,
  /** Pictures that others make at a time: up to 10 MiB each, and no source. */
  elsewhere: 6,
  /** For one request, in all. */
  timeoutMs: seconds(10),
};

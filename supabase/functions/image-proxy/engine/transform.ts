/**
 * Makes a picture of another size and format, in about 20 MB of memory whatever
 * size it was, and in a time that is limited before it begins.
 *
 * Nothing here knows of HTTP. `engine/README.md` says how it is made.
 *
 * @module
 */
import { MiB } from "../../_shared/units.ts";
import { planOf, type Size, type Wanted } from "./geometry.ts";
import type { Failure } from "./failure.ts";
import type {
  Encoding,
  Format,
  Instance,
  Limits,
  Timings,
} from "./instance.ts";
import { instancesOf } from "./instances.ts";
import { asStored, turned } from "./orientation.ts";
import type { Pixels, Source } from "./source.ts";

/** What to make of a picture. */
export interface Options extends Wanted {
  readonly format: Format;
  /** 1 to 100, of JPEG and WebP. */
  readonly quality?: number;
  /** 0xRRGGBB: what is behind a picture that JPEG cannot show through. */
  readonly background?: number;
  /** Of the animation that it is one of: more take less effort for each. */
  readonly frames?: number;
  /** What it may take, where it is not what is usual. */
  readonly limits?: Partial<TransformLimits>;
}

/** The same without limits, which hold before the header is read. */
export type Choice = Omit<Options, "limits">;

/** A picture whose header has been read. */
export interface Sight {
  readonly format: Format;
  /** Upright. */
  readonly size: Size;
  readonly hasAlpha: boolean;
}

/** What one call may take. */
export interface TransformLimits extends Limits {
  /** Of the result, width × height. */
  readonly toPixels: number;
}

/** A picture, or why there is none. */
export type Result =
  | { readonly ok: true; readonly picture: Picture }
  | { readonly ok: false; readonly failure: Failure | "too large" };

export interface Picture {
  /** A file; of `pixels`, rows of red, green, blue and alpha. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly format: Format;
  readonly size: Size;
  readonly hasAlpha: boolean;
  readonly timings: Timings;
  /** What it was. */
  readonly source: Sight;
}

/** What is usual: for 256 MB and 2 s of CPU. */
export const LIMITS: TransformLimits = {
  // Source: what Storage's own image transformation takes.
  pixels: 50_000_000,
  // 16 MP of progressive JPEG, or 12 MP of lossless WebP or interlaced PNG.
  keptBytes: 48 * MiB,
  cost: 1_800_000_000,
  // Source: 2,500 × 2,500 is the most that Storage makes.
  toPixels: 6_250_000,
};

const engine = instancesOf(compile);

/** Loaded with the first picture, so that nothing waits for it before. */
async function compile(): Promise<WebAssembly.Module> {
  const { unpack } = await import("./unpack.ts");
  return await WebAssembly.compile(await unpack());
}

/**
 * Decodes `source`, which is JPEG, PNG, WebP or pixels, and encodes what
 * `options` want of it, or of what its header says: upright, in sRGB, without
 * metadata. Of an animation, the first frame. Failures are values.
 *
 * @throws {RangeError} If a side, the quality or a part of the gravity is none,
 * or there are not as many pixels as they say.
 */
export async function transform(
  source: Source,
  options: Options | ((sight: Sight) => Choice),
): Promise<Result> {
  if (typeof options === "object") check(options);
  if (!(source instanceof Uint8Array)) checkPixels(source);
  return await engine.use((instance) => make(instance, source, options));
}

function make(
  instance: Instance,
  source: Source,
  given: Options | ((sight: Sight) => Choice),
): Result {
  const own = typeof given === "object" ? given.limits : {};
  const limits = { ...LIMITS, ...own };
  const header = instance.open(source, limits);
  if (typeof header === "string") return { ok: false, failure: header };
  const { format: was, hasAlpha: wasClear } = header;
  const upright = turned(header.size, header.orientation);
  const sight: Sight = { format: was, size: upright, hasAlpha: wasClear };
  const options = typeof given === "function" ? chosen(given(sight)) : given;
  const plan = planOf(upright, options);
  const { size } = plan;
  if (size.width * size.height > limits.toPixels || tooLong(size)) {
    return { ok: false, failure: "too large" };
  }
  const encoding: Encoding = {
    format: options.format,
    quality: options.quality ?? 80,
    background: options.background ?? 0xffffff,
    frames: options.frames ?? 1,
  };
  const stored = asStored(plan, upright, header.orientation);
  const made = instance.make(stored, encoding);
  if (typeof made === "string") return { ok: false, failure: made };
  const { format } = options;
  const hasAlpha = wasClear && format !== "jpeg";
  const picture = { ...made, format, size, hasAlpha, source: sight };
  return { ok: true, picture };
}

/** Source: WebP's 14 bits, the shortest of the three. */
const LONGEST = 16_383;

function tooLong({ width, height }: Size): boolean {
  return width > LONGEST || height > LONGEST;
}

function checkPixels({ size, pixels }: Pixels): void {
  const { width, height } = size;
  const isSize = Number.isInteger(width) && width >= 1 &&
    Number.isInteger(height) && height >= 1;
  // Rows come as long as they are asked for.
  const isWhole = !(pixels instanceof Uint8Array) ||
    pixels.length === width * height * 4;
  if (!isSize || !isWhole) {
    const bytes = `${pixels.length} bytes`;
    throw new RangeError(
      `Cannot take ${bytes} for ${width} × ${height} pixels`,
    );
  }
}

function chosen(choice: Choice): Choice {
  check(choice);
  return choice;
}

function check({ width, height, quality, gravity }: Choice): void {
  for (const side of [width, height]) {
    if (side !== undefined && !(Number.isInteger(side) && side >= 1)) {
      throw new RangeError(`Cannot make a side of ${side} pixels`);
    }
  }
  if (quality !== undefined && !(quality >= 1 && quality <= 100)) {
    throw new RangeError(`Cannot encode with quality ${quality}`);
  }
  for (const part of [gravity?.x, gravity?.y]) {
    if (part !== undefined && !(part >= 0 && part <= 1)) {
      throw new RangeError(`Cannot cut at ${part}`);
    }
  }
}

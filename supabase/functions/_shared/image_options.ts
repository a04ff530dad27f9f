/**
 * What may be asked of an image, by Storage's names and in its bounds, and more.
 *
 * One text for each value: numbers have no leading zeros and no signs, so that a
 * picture has few URLs, and what is not known is refused.
 *
 * @module
 */
import * as v from "valibot";
import { fields } from "./fields.ts";
import { FILENAME_RULE, isFilename } from "./filename.ts";
import { MAX_SIDE } from "./image_bounds.ts";
import { IMAGE_FORMATS, PLACEHOLDERS } from "./image_formats.ts";

/** How a picture meets a box of another shape. */
export type Resize = "cover" | "contain" | "fill";

/** Source: supabase.com/docs, Storage, image transformations. */
const QUALITY = [20, 100] as const;

/** Pixels of a screen for one of CSS. */
const MAX_DPR = 3;

/** What stays where `cover` cuts: Storage's names, which are imgproxy's. */
const PLACES = [
  ...["ce", "no", "so", "ea", "we", "noea", "nowe", "soea", "sowe"],
  "fp",
] as const;

/** What stays: one of nine places, or `fp`, the point at the offsets. */
export type GravityName = typeof PLACES[number];

/** 0 to 1 with at most three digits, and no zero at the end. */
const PART = /^(?:0|1|0\.\d{0,2}[1-9])$/;

const part = v.pipe(
  v.string(),
  v.regex(PART, "Must be from 0 to 1, with at most three digits"),
  v.transform(Number),
);

/** The fields of a query, for {@linkcode fields}. */
export const imageFields = {
  width: v.optional(whole(1, MAX_SIDE)),
  height: v.optional(whole(1, MAX_SIDE)),
  resize: v.optional(oneOf("cover", "contain", "fill")),
  quality: v.optional(whole(...QUALITY)),
  format: v.optional(oneOf("origin", ...IMAGE_FORMATS)),
  gravity: v.optional(oneOf(...PLACES)),
  "x_offset": v.optional(part),
  "y_offset": v.optional(part),
  dpr: v.optional(whole(1, MAX_DPR)),
  background: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[0-9a-f]{6}$/, "Must be six digits: rrggbb, in lower case"),
    ),
  ),
  placeholder: v.optional(oneOf(...PLACEHOLDERS)),
  preset: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[a-z][a-z0-9-]{0,31}$/, "Must be the name of a preset"),
    ),
  ),
  version: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[\w-]{1,128}$/, "Must be the ETag of the object"),
    ),
  ),
  download: v.optional(
    v.pipe(
      v.string(),
      v.check((it) => it === "" || isFilename(it), FILENAME_RULE),
    ),
  ),
};

/** As they are given: nothing is filled in. */
export type ImageOptions = v.InferOutput<
  v.StrictObjectSchema<typeof imageFields, undefined>
>;

/** What may stand beside a preset. */
const BESIDE_PRESET: ReadonlySet<string> = new Set([
  ...["preset", "dpr", "version", "download"],
]);

/** And beside a placeholder, which is of all of the picture. */
const BESIDE_PLACEHOLDER: ReadonlySet<string> = new Set([
  ...["placeholder", "background", "version"],
]);

/** Why options that are each fine do not go together; `undefined` if they do. */
export function contradictionIn(options: ImageOptions): string | undefined {
  const { gravity, x_offset, y_offset, preset, placeholder } = options;
  const offsets = [x_offset, y_offset].filter((it) => it !== undefined).length;
  if (offsets !== (gravity === "fp" ? 2 : 0)) {
    return "gravity=fp needs x_offset and y_offset, and nothing else has them";
  }
  if (placeholder !== undefined && hasMore(options, BESIDE_PLACEHOLDER)) {
    return "A placeholder takes background and version beside it, and no more";
  }
  if (preset !== undefined && hasMore(options, BESIDE_PRESET)) {
    return "A preset takes dpr, version and download beside it, and no more";
  }
  return undefined;
}

function hasMore(options: ImageOptions, than: ReadonlySet<string>): boolean {
  return Object.entries(options).some(([name, value]) =>
    value !== undefined && !than.has(name)
  );
}

/** Options by themselves. */
export const imageOptions = v.pipe(
  fields(imageFields),
  v.check(
    (it) => contradictionIn(it) === undefined,
    ({ input }) => contradictionIn(input) ?? "",
  ),
);

/** A query that {@linkcode optionsIn} reads `options` from, in one order. */
export function queryOf(options: ImageOptions): string {
  const names = Object.keys(imageFields) as (keyof ImageOptions)[];
  const given = names.flatMap((name) => {
    const value = options[name];
    return value === undefined ? [] : [[name, String(value)]];
  });
  return String(new URLSearchParams(given));
}

/**
 * The options in the text of a query; `undefined` if it holds anything else.
 *
 * @example One spelling for each number
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { optionsIn } from "./image_options.ts";
 *
 * equal(optionsIn("width=800")?.width, 800);
 * equal(optionsIn("width=0800"), undefined);
 * equal(optionsIn("width=800&width=80"), undefined);
 * ```
 */
export function optionsIn(text: string): ImageOptions | undefined {
  const pairs = [...new URLSearchParams(text)];
  const given = Object.fromEntries(pairs);
  if (Object.keys(given).length !== pairs.length) return undefined;
  const { success, output } = v.safeParse(imageOptions, given);
  return success ? output : undefined;
}

function whole(min: number, max: number) {
  const rule = `Must be a whole number from ${min} to ${max}`;
  return v.pipe(
    v.string(),
    v.regex(/^[1-9]\d{0,3}$/, rule),
    v.transform(Number),
    v.minValue(min, rule),
    v.maxValue(max, rule),
  );
}

function oneOf<const Names extends readonly string[]>(...names: Names) {
  return v.picklist(names, `Must be one of ${names.join(", ")}`);
}

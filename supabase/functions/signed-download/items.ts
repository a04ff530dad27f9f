/**
 * What may be asked for.
 *
 * @module
 */
import * as v from "valibot";
import { fields } from "../_shared/fields.ts";
import { imageOptions, queryOf } from "../_shared/image_options.ts";
import { isObjectKey, KEY_RULE } from "../_shared/object_path.ts";
import { FILENAME_RULE, isFilename } from "../_shared/filename.ts";
import { ordersOf, wishesOf } from "./plan.ts";
import { BUCKET_NAMES, BUCKETS, MAX_CALLS, MAX_ITEMS } from "./policy.ts";

const WHOLE_S = "Must be a whole number of seconds, at least 1";

/** Pixels. Source: IMG_LIMITS_MAX_SIZE of supabase/storage; hosted takes 2,500. */
const side = whole(1, 2_000);

/** Storage's own options, in its bounds. */
const transform = v.pipe(
  fields({
    width: v.optional(side),
    height: v.optional(side),
    resize: v.optional(
      v.picklist(
        ["cover", "contain", "fill"],
        "Must be one of cover, contain, fill",
      ),
    ),
    quality: v.optional(whole(20, 100)),
    format: v.optional(v.literal("origin", "Must be origin")),
  }),
  v.check(
    (it) => Object.values(it).some((value) => value !== undefined),
    "Must have an option",
  ),
);

/** Options of `image-proxy`: what is a number there may be one here. */
const image = v.pipe(
  v.record(
    v.string(),
    v.union([v.string(), v.number()], "Must be text or a number"),
    "Must be an object",
  ),
  v.transform(asQuery),
  imageOptions,
  v.check((it) => it.download === undefined, "Has download beside it"),
);

const item = v.pipe(
  fields({
    bucket: v.picklist(
      BUCKET_NAMES,
      `Must be one of ${BUCKET_NAMES.join(", ")}`,
    ),
    path: v.pipe(v.string("Must be text"), v.check(isObjectKey, KEY_RULE)),
    expiresIn: v.pipe(
      v.number(WHOLE_S),
      v.check((n) => Number.isSafeInteger(n) && n >= 1, WHOLE_S),
    ),
    download: v.optional(
      v.custom<string | true>(
        (it) => it === true || typeof it === "string" && isFilename(it),
        FILENAME_RULE,
      ),
    ),
    transform: v.optional(transform),
    image: v.optional(image),
  }),
  v.check(
    ({ transform, image }) => transform === undefined || image === undefined,
    "Must have a transform, of Storage, or an image, or neither",
  ),
  v.forward(
    v.check(
      ({ bucket, expiresIn }) => expiresIn <= BUCKETS[bucket].maxLifetimeS,
      ({ input: { bucket } }) =>
        `Must be at most ${BUCKETS[bucket].maxLifetimeS} in ${bucket}`,
    ),
    ["expiresIn"],
  ),
  v.transform(({ image, ...rest }) => {
    if (image === undefined) return { ...rest, image };
    const download = rest.download === true ? "" : rest.download;
    return { ...rest, image: queryOf({ ...image, download }) };
  }),
);

/** The body of a request. The number of items is looked at before the items. */
export const input = fields({
  items: v.pipe(
    v.array(v.unknown(), "Must be a list"),
    v.minLength(1, "Must have an item"),
    v.maxLength(MAX_ITEMS, `Must have at most ${MAX_ITEMS} items`),
    v.array(item),
    v.check(
      (items) => ordersOf(wishesOf(items)).length <= MAX_CALLS,
      `Must have at most ${MAX_CALLS} transforms and different lifetimes`,
    ),
  ),
});

function whole(min: number, max: number) {
  const rule = `Must be a whole number from ${min} to ${max}`;
  return v.pipe(
    v.number(rule),
    v.integer(rule),
    v.minValue(min, rule),
    v.maxValue(max, rule),
  );
}

/** What a query would hold: the schema behind it says what may. */
function asQuery(
  given: Readonly<Record<string, string | number>>,
): v.InferInput<typeof imageOptions> {
  const pairs = Object.entries(given).map((pair) => pair.map(String));
  return Object.fromEntries(pairs);
}

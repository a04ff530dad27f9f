/**
 * What may be asked for, by path and query.
 *
 * @module
 */
import * as v from "valibot";
import { fields } from "../_shared/fields.ts";
import { contradictionIn, imageFields } from "../_shared/image_options.ts";
import { isObjectKey, KEY_RULE } from "../_shared/object_path.ts";

/** Source: MAX_BUCKET_NAME of supabase/storage, and its characters. */
const BUCKET = /^[\w.-]{1,100}$/;

const bucket = v.pipe(
  v.string(),
  v.regex(BUCKET, "Must be the name of a bucket"),
);

/**
 * As it stands in a URL. It is read in the two spellings that clients write:
 * else one picture would have as many URLs as its path has letters, and each
 * would be made anew.
 */
const path = v.pipe(
  v.string(),
  v.transform(decoded),
  v.check((it) => isObjectKey(it), KEY_RULE),
);

function decoded(text: string): string {
  try {
    const path = decodeURIComponent(text);
    const whole = encodeURI(path);
    const parts = path.split("/").map(encodeURIComponent).join("/");
    return text === whole || text === parts ? path : "";
  } catch {
    return ""; // which is no path
  }
}

/** `GET /public/{bucket}/{path...}?width=800` */
export const asked = v.pipe(
  fields({ bucket, path, ...imageFields }),
  v.transform(({ bucket, path, ...options }) => {
    return { place: { bucket, path }, options };
  }),
  v.check(
    ({ options }) => contradictionIn(options) === undefined,
    ({ input: { options } }) => contradictionIn(options) ?? "",
  ),
);

/** `GET /sign/{bucket}/{path...}?token=…`: all options are in the token. */
export const askedByLink = v.pipe(
  fields({ bucket, path, token: v.pipe(v.string(), v.maxLength(4_096)) }),
  v.transform(({ bucket, path, token }) => {
    return { place: { bucket, path }, token };
  }),
);

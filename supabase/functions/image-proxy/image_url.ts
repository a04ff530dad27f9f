/**
 * The address of a picture, for pages and mails. No I/O.
 *
 * @module
 */
import type { Place } from "../_shared/place.ts";
import { bareTag } from "../_shared/tag.ts";
import { PRESET_NAMES, presetOf } from "./presets.ts";
import { variantName, VARIANTS_BUCKET } from "./variants.ts";

/** Which picture of a public object. */
export interface Wanted {
  readonly place: Place;
  readonly preset: string;
  /** Of the object, as Storage says it: `"d41d8…"`, with or without quotes. */
  readonly etag?: string;
}

/**
 * The address of a preset of a public object. With the object's ETag that of an
 * eager preset is Storage's own, where a CDN keeps it: no function is called. It
 * is there some seconds after the object.
 *
 * @throws {RangeError} If there is no such preset.
 *
 * @example On the CDN, and made when it is asked for
 * ```ts
 * import { equal, match } from "node:assert/strict";
 * import { imageUrl } from "./image_url.ts";
 *
 * const project = "https://abc.supabase.co";
 * const place = { bucket: "shop", path: "a b.jpg" };
 *
 * match(
 *   imageUrl(project, { place, preset: "thumb", etag: '"d41d8"' }),
 *   /storage\/v1\/object\/public\/portico-variants\/shop\/a%20b\.jpg\/d41d8\//,
 * );
 * equal(
 *   imageUrl(project, { place, preset: "avatar" }),
 *   `${project}/functions/v1/image-proxy/public/shop/a%20b.jpg?preset=avatar`,
 * );
 * ```
 */
export function imageUrl(projectUrl: string, wanted: Wanted): string {
  const { place, preset } = wanted;
  const known = presetOf(preset);
  if (known === undefined) {
    const names = PRESET_NAMES.join(", ");
    throw new RangeError(`Cannot find the preset ${preset} among ${names}`);
  }
  const etag = bareTag(wanted.etag);
  const name = known.eager && etag !== undefined
    ? variantName({ place, etag, preset, dpr: 1, newer: [] })
    : undefined;
  if (name !== undefined) {
    const at = `${VARIANTS_BUCKET}/${encodeURI(name)}`;
    return `${projectUrl}/storage/v1/object/public/${at}`;
  }
  const at = `${place.bucket}/${encodeURI(place.path)}`;
  const version = etag === undefined ? "" : `&version=${etag}`;
  return `${projectUrl}/functions/v1/image-proxy/public/${at}` +
    `?preset=${preset}${version}`;
}

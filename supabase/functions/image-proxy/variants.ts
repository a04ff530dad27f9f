/**
 * Which public pictures are kept, and what they are called. No I/O.
 *
 * @module
 */
import type { Place } from "../_shared/place.ts";
import type { NewerFormat } from "./accept.ts";
import { makersOf } from "./makers.ts";
import { ENGINE } from "./policy.ts";
import { presetOf } from "./presets.ts";
import { textOf, type Wish, wishOf } from "./wish.ts";

/** In the migration `…_variants.sql` as well. */
export const VARIANTS_BUCKET = "portico-variants";

/** In bytes. Source: Amazon S3's limit for keys, which Storage stores under. */
const MAX_NAME = 1_024;

/** A picture that is kept. */
export interface Variant {
  readonly place: Place;
  /** Of the object. */
  readonly etag: string;
  readonly preset: string;
  readonly dpr: number;
  /** Of who asks, where the preset has no format of its own. */
  readonly newer: readonly NewerFormat[];
}

/**
 * Where a variant is in its bucket; `undefined` for one whose name would be too
 * long. Below its object's place and version, so that whoever knows the object
 * finds it; by what it is made of, so that it never means another picture.
 *
 * @example An object, and its avatar
 * ```ts
 * import { match } from "node:assert/strict";
 * import { variantName } from "./variants.ts";
 *
 * const place = { bucket: "shop", path: "a/b.jpg" };
 * const about = { place, etag: "d41d8", dpr: 2, newer: ["webp"] } as const;
 * match(
 *   variantName({ ...about, preset: "avatar" }) ?? "",
 *   /^shop\/a\/b\.jpg\/d41d8\/avatar-2x-webp-[0-9a-f]{8}$/,
 * );
 * ```
 */
export function variantName(variant: Variant): string | undefined {
  const { place: { bucket, path }, etag, preset, dpr, newer } = variant;
  const wish = wishOf({ preset, dpr }, "public");
  const format = formatOf(wish, newer);
  const eager = presetOf(preset)?.eager ? "eager-" : "";
  const digest = digestOf([...makersOf(ENGINE), textOf(wish)].join(" "));
  const file = `${eager}${preset}-${dpr}x-${format}-${digest}`;
  const name = `${bucket}/${path}/${etag}/${file}`;
  return name.length <= MAX_NAME ? name : undefined;
}

function formatOf(wish: Wish, newer: readonly NewerFormat[]): string {
  return wish.format ?? (newer.join("-") || "safe");
}

/** FNV-1a of 32 bits: what changes with a preset's options, and no secret. */
function digestOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}

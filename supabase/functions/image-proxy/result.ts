/**
 * What comes of a picture, and what it is called. No I/O.
 *
 * @module
 */
import {
  type ImageFormat,
  type Placeholder,
  PLACEHOLDERS,
} from "../_shared/image_formats.ts";

/** A file, or a few bytes in JSON that stand for one. */
export type ResultFormat = ImageFormat | Placeholder;

/** Whether nothing but JSON comes of it. */
export function isPlaceholder(format: string): format is Placeholder {
  const names: readonly string[] = PLACEHOLDERS;
  return names.includes(format);
}

/**
 * Its content type.
 *
 * @example A picture, and what stands for one
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { mediaTypeOf } from "./result.ts";
 *
 * equal(mediaTypeOf("webp"), "image/webp");
 * equal(mediaTypeOf("blurhash"), "application/json");
 * ```
 */
export function mediaTypeOf(format: ResultFormat): string {
  return isPlaceholder(format) ? "application/json" : `image/${format}`;
}

/** What the name of its file ends with. */
export function extensionOf(format: ResultFormat): string {
  if (isPlaceholder(format)) return "json";
  return format === "jpeg" ? "jpg" : format;
}

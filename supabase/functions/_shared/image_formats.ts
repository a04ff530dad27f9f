/**
 * What can be made of a picture. No I/O.
 *
 * @module
 */

/** What a picture can be made into: Storage's formats, but for ICO and SVG. */
export const IMAGE_FORMATS = [
  ...["webp", "avif", "jpeg", "png", "gif", "bmp", "tiff"] as const,
];

export type ImageFormat = typeof IMAGE_FORMATS[number];

/** What a page shows until a picture is there. */
export const PLACEHOLDERS = [
  ...["blurhash", "thumbhash", "lqip", "dominant"] as const,
];

export type Placeholder = typeof PLACEHOLDERS[number];

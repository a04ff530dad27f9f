/**
 * A low-quality image placeholder: a WebP of 32 pixels as a data URI, which needs
 * no script.
 *
 * @module
 */
import type { Image } from "../encoders.ts";
import { transform } from "../engine/transform.ts";
import { base64Of } from "./base64.ts";
import { inJson } from "./json.ts";

/** 1 to 100. It is shown large and blurred. */
const QUALITY = 30;

async function sketch(image: Image): Promise<string> {
  const { width, height, hasAlpha, pixels } = image;
  const source = { size: { width, height }, hasAlpha, pixels };
  const made = await transform(source, { format: "webp", quality: QUALITY });
  if (!made.ok) throw new Error(`The engine failed: ${made.failure}`);
  return `data:image/webp;base64,${base64Of(made.picture.bytes)}`;
}

export const lqip = inJson("lqip", sketch);

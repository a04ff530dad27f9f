/**
 * A placeholder as it is sent: its text, and the size of the picture that it
 * stands for, so that a page can keep room for it.
 *
 * @module
 */
import type { Placeholder } from "../../_shared/image_formats.ts";
import type { Encode, Encoding, Image } from "../encoders.ts";

/** From a small picture to a text. */
export type Sketch = (
  image: Image,
  encoding: Encoding,
) => string | Promise<string>;

/** `{"placeholder":"blurhash","value":"LEHV6n…","width":4032,"height":3024}` */
export function inJson(placeholder: Placeholder, sketch: Sketch): Encode {
  return async (image, encoding) => {
    const { width, height } = image.from;
    const value = await sketch(image, encoding);
    const text = JSON.stringify({ placeholder, value, width, height });
    return new TextEncoder().encode(text);
  };
}

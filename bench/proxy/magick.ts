/**
 * magick-wasm, as the example of Supabase's documentation has it; with a hint, as
 * whoever knows it would call it. Its module is to be beside it.
 *
 * @module
 */
import {
  ImageMagick,
  initializeImageMagick,
  MagickFormat,
  MagickReadSettings,
} from "@imagemagick/magick-wasm";
import { proxy, type Wanted } from "./proxy.ts";

const wasm = new URL("magick.wasm", import.meta.url);
await initializeImageMagick(await Deno.readFile(wasm));

const FORMATS: Readonly<Record<Wanted["format"], MagickFormat>> = {
  webp: MagickFormat.WebP,
  jpeg: MagickFormat.Jpeg,
  avif: MagickFormat.Avif,
};

export default proxy((file, { width, format, quality, hint }) => {
  const settings = new MagickReadSettings();
  if (hint !== undefined) {
    settings.setDefine(MagickFormat.Jpeg, "size", `${hint}x${hint}`);
  }
  return Promise.resolve(ImageMagick.read(file, settings, (image) => {
    image.resize(width, Math.round(image.height * width / image.width));
    image.quality = quality;
    // What it lends is its memory.
    return image.write(FORMATS[format], (bytes) => bytes.slice());
  }));
});

/**
 * magick-wasm as whoever knows it would call it: JPEG is decoded no larger than
 * twice the result, as here.
 *
 * @module
 */
import {
  ImageMagick,
  initializeImageMagick,
  MagickFormat,
  MagickReadSettings,
} from "@imagemagick/magick-wasm";
import { contend } from "./contest.ts";

const wasm = import.meta.resolve("@imagemagick/magick-wasm/magick.wasm");
await initializeImageMagick(await Deno.readFile(new URL(wasm)));

await contend((file, { width, format }) => {
  const settings = new MagickReadSettings();
  settings.setDefine(MagickFormat.Jpeg, "size", `${2 * width}x${2 * width}`);
  return Promise.resolve(ImageMagick.read(file, settings, (image) => {
    image.resize(width, Math.round(image.height * width / image.width));
    image.quality = 80;
    const to = format === "webp" ? MagickFormat.WebP : MagickFormat.Jpeg;
    return image.write(to, (bytes) => bytes.length);
  }));
});

/** magick-wasm, as the example of Supabase's documentation has it. @module */
import {
  ImageMagick,
  initializeImageMagick,
  MagickFormat,
} from "@imagemagick/magick-wasm";
import { contend } from "./contest.ts";

const wasm = import.meta.resolve("@imagemagick/magick-wasm/magick.wasm");
await initializeImageMagick(await Deno.readFile(new URL(wasm)));

await contend((file, { width, format }) =>
  Promise.resolve(ImageMagick.read(file, (image) => {
    image.resize(width, Math.round(image.height * width / image.width));
    image.quality = 80;
    const to = format === "webp" ? MagickFormat.WebP : MagickFormat.Jpeg;
    return image.write(to, (bytes) => bytes.length);
  }))
);

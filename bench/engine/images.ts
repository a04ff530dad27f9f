/**
 * Small parts of what the engine, sharp and magick-wasm make of the same
 * pictures, side by side and without loss.
 *
 * @module
 */
import {
  ImageMagick,
  initializeImageMagick,
  MagickFormat,
} from "@imagemagick/magick-wasm";
import sharp from "sharp";
import { transform } from "../../supabase/functions/image-proxy/engine/transform.ts";

/** Of one of the three, at 1:1. */
const PART = { width: 80, height: 108 };

/** Of its corner, in parts of the picture: an eye and an edge are in it. */
const PLACE = { x: 0.55, y: 0.215 };

interface Job {
  /** Of the file that is written. */
  readonly name: string;
  readonly file: string;
  readonly format: "webp" | "jpeg";
}

const JOBS: readonly Job[] = [
  { name: "jpeg-webp", file: "12mp.jpg", format: "webp" },
  { name: "jpeg-jpeg", file: "12mp.jpg", format: "jpeg" },
  { name: "png-webp", file: "8mp.png", format: "webp" },
  { name: "webp-webp", file: "12mp.webp", format: "webp" },
];

const WIDTH = 800;

async function ours(
  file: Uint8Array,
  format: Job["format"],
): Promise<Uint8Array> {
  const result = await transform(file, { width: WIDTH, format });
  if (!result.ok) throw new Error(result.failure);
  return result.picture.bytes;
}

async function theirs(
  file: Uint8Array,
  format: Job["format"],
): Promise<Uint8Array> {
  const image = sharp(file).rotate().resize(WIDTH);
  return await image.toFormat(format, { quality: 80 }).toBuffer();
}

function magick(file: Uint8Array, format: Job["format"]): Uint8Array {
  return ImageMagick.read(file, (image) => {
    const height = Math.round(image.height * WIDTH / image.width);
    image.resize(WIDTH, height);
    image.quality = 80;
    const to = format === "webp" ? MagickFormat.WebP : MagickFormat.Jpeg;
    return image.write(to, (bytes) => bytes.slice());
  });
}

/** Writes a picture for each job into `folder`: engine, sharp, magick-wasm. */
export async function makeImages(photos: URL, folder: URL): Promise<void> {
  const wasm = import.meta.resolve("@imagemagick/magick-wasm/magick.wasm");
  await initializeImageMagick(await Deno.readFile(new URL(wasm)));
  await Deno.mkdir(folder, { recursive: true });
  for (const { name, file, format } of JOBS) {
    const source = await Deno.readFile(new URL(file, photos));
    const made = [
      await ours(source, format),
      await theirs(source, format),
      magick(source, format),
    ];
    const { width = 0, height = 0 } = await sharp(made[0]).metadata();
    const left = Math.round(width * PLACE.x);
    const top = Math.round(height * PLACE.y);
    const layers = [];
    for (const [at, bytes] of made.entries()) {
      const input = await sharp(bytes).extract({ left, top, ...PART })
        .flatten({ background: "#ffffff" }).png().toBuffer();
      layers.push({ input, left: at * (PART.width + 1), top: 0 });
    }
    const size = { width: 3 * PART.width + 2, height: PART.height };
    await sharp({ create: { ...size, channels: 3, background: "#ffffff" } })
      .composite(layers).webp({ lossless: true, effort: 6 })
      .toFile(new URL(`${name}.webp`, folder).pathname);
  }
}

/** sharp, with one thread, set as the engine is. @module */
import sharp from "sharp";
import { contend } from "./contest.ts";

sharp.concurrency(1);
sharp.cache(false);

await contend(async (file, { width, format }) => {
  const image = sharp(file).rotate().resize(width);
  const encoded = format === "webp"
    ? image.webp({ quality: 80 })
    : image.jpeg({ quality: 80, progressive: true });
  return (await encoded.toBuffer()).length;
});

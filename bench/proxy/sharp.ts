/** sharp, with one thread, set as `image-proxy` is. @module */
import sharp from "sharp";
import { proxy } from "./proxy.ts";

sharp.concurrency(1);
sharp.cache(false);

export default proxy(async (file, { width, format, quality }) => {
  const image = sharp(file).rotate().resize(width);
  const encoded = format === "jpeg"
    ? image.jpeg({ quality, progressive: true })
    : image.toFormat(format, { quality });
  return new Uint8Array(await encoded.toBuffer());
});

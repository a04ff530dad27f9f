/**
 * Pictures of one job, side by side.
 *
 * @module
 */
import sharp from "sharp";

/** What of each is shown, from its middle, without scaling. */
const SHOWN = { width: 200, height: 130 };

/** Writes a part of each of `pictures` into `file`, from left to right. */
export async function sideBySide(
  pictures: readonly Uint8Array[],
  file: URL,
): Promise<void> {
  const { width, height } = SHOWN;
  const parts = await Promise.all(pictures.map(async (picture, at) => {
    const image = sharp(picture).flatten({ background: "#ffffff" });
    const whole = await image.metadata();
    const input = await image.extract({
      left: Math.floor(((whole.width ?? 0) - width) / 2),
      top: Math.floor(((whole.height ?? 0) - height) / 2),
      ...SHOWN,
    }).png().toBuffer();
    return { input, left: at * (width + 4), top: 0 };
  }));
  await sharp({
    create: {
      width: parts.length * (width + 4) - 4,
      height,
      channels: 3,
      background: "#ffffff",
    },
  }).composite(parts).webp({ quality: 90 }).toFile(file.pathname);
}

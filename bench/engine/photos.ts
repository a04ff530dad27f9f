/**
 * The pictures of the benchmark, of one photograph from Debian.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import sharp from "sharp";

const PACKAGE = "mate-backgrounds";
const PHOTO = "usr/share/backgrounds/mate/abstract/Elephants_3840x2160.jpg";

/** A gradient of alpha over all of a picture. */
function mask(width: number, height: number): Buffer {
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}"
      height="${height}"><radialGradient id="fade"><stop offset=".3"/>
      <stop offset="1" stop-opacity="0"/></radialGradient>
      <rect width="${width}" height="${height}" fill="url(#fade)"/></svg>`,
  );
}

async function run(
  command: string,
  args: readonly string[],
  cwd: URL,
): Promise<void> {
  const options = { args: [...args], cwd };
  const { success } = await new Deno.Command(command, options).output();
  if (!success) throw new Error(`Cannot ${command} ${args.join(" ")}`);
}

/** Makes them in `folder`, unless they are there. */
export async function makePhotos(folder: URL): Promise<void> {
  const last = new URL("1mp.jpg", folder);
  if (await Deno.stat(last).then(() => true, () => false)) return;
  await Deno.mkdir(folder, { recursive: true });
  await run("apt-get", ["download", PACKAGE], folder);
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith(".deb")) await run("dpkg-deb", ["-x", name, "."], folder);
  }
  const photo = new URL(PHOTO, folder).pathname;
  const at = (name: string) => new URL(name, folder).pathname;
  const sized = (width: number, height: number) =>
    sharp(photo).resize(width, height, { fit: "fill" });
  const jpeg = { quality: 90 };
  const slow = { ...jpeg, progressive: true };
  await sized(4243, 2828).jpeg(jpeg).toFile(at("12mp.jpg"));
  await sized(4243, 2828).jpeg(slow).toFile(at("12mp_progressive.jpg"));
  await sized(6000, 4000).jpeg(jpeg).toFile(at("24mp.jpg"));
  await sized(8660, 5773).jpeg(jpeg).toFile(at("50mp.jpg"));
  for (
    const [name, width, height] of [["2mp", 1632, 1224], [
      "8mp",
      3264,
      2448,
    ]] as const
  ) {
    const input = mask(width, height);
    const layer = { input, blend: "dest-in" } as const;
    const opaque = await sized(width, height).ensureAlpha().png().toBuffer();
    await sharp(opaque).composite([layer]).png().toFile(at(`${name}.png`));
  }
  await sized(1224, 816).webp().toFile(at("1mp.webp"));
  await sized(4243, 2828).webp().toFile(at("12mp.webp"));
  await sized(1224, 816).jpeg(jpeg).toFile(at("1mp.jpg"));
}

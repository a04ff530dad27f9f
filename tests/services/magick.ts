/**
 * ImageMagick of Debian: what it makes of files, and the files that it makes.
 *
 * @module
 */
import type { Size } from "../../supabase/functions/image-proxy/engine/geometry.ts";

/** Debian's own name, since `convert` may be somebody else's. */
const CONVERT = "convert-im6.q16";

/** What the program writes of what it is given. */
export async function magick(
  args: readonly string[],
  input: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array> {
  const child = new Deno.Command(CONVERT, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const sent = new Blob([input]).stream().pipeTo(child.stdin);
  const { stdout, success } = await child.output();
  await sent;
  if (!success) throw new Error(`${CONVERT} ${args.join(" ")} has failed`);
  return stdout;
}

/** Red, green, blue and alpha of one picture of a file of that format. */
export async function magickSees(
  format: string,
  file: Uint8Array,
  index = 0,
): Promise<Uint8Array> {
  const to = ["-depth", "8", "rgba:-"];
  return await magick([`${format}:-[${index}]`, ...to], Uint8Array.from(file));
}

/** A file of pixels, as the arguments say. */
export async function magickWrites(
  pixels: Uint8Array,
  { width, height }: Size,
  args: readonly string[],
): Promise<Uint8Array> {
  const from = ["-size", `${width}x${height}`, "-depth", "8", "rgba:-"];
  return await magick([...from, ...args], Uint8Array.from(pixels));
}

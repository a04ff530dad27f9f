/**
 * Pictures of ink.
 *
 * @module
 */
import { sharp } from "../engine/oracle.ts";

/**
 * The colours of a picture in cyan, magenta, yellow and black that has no
 * profile: of inks that are ideal, since nothing says whose they are. sharp reads
 * the inks; as colours, it would take them for one printer's.
 *
 * @returns red, green, blue and alpha.
 */
export async function idealInk(file: Uint8Array): Promise<Uint8Array> {
  const [inks = new Uint8Array()] = await sharp([{
    input: file,
    calls: [["pipelineColourspace", "cmyk"], ["toColourspace", "cmyk"], [
      "raw",
    ]],
  }]);
  const pixels = new Uint8Array(inks.length).fill(255);
  for (let at = 0; at < inks.length; at += 4) {
    const light = 255 - (inks[at + 3] ?? 0);
    for (let i = 0; i < 3; i++) {
      pixels[at + i] = Math.round((255 - (inks[at + i] ?? 0)) * light / 255);
    }
  }
  return pixels;
}

/**
 * From the samples of a row to pixels. No I/O.
 *
 * @module
 */
import type { Image } from "./image.ts";

/** Writes a row of 4 bytes a pixel, of all samples of a row, 8 bits each. */
export type Paint = (samples: Uint8Array, into: Uint8Array) => void;

/** How the samples of `image` become pixels. */
export function painterOf(image: Image): Paint {
  const colour = colourless(image);
  const { alpha, alphaAt, samples: count } = image;
  if (image.colour === "ink") return colour;
  return (samples, into) => {
    colour(samples, into);
    for (let x = 0; 4 * x < into.length; x++) {
      const own = samples[alphaAt + count * x] ?? 255;
      into[4 * x + 3] = alpha === undefined ? 255 : own;
    }
    if (alpha === "multiplied") divide(into);
  };
}

/** Without alpha. */
function colourless({ colour, samples: count, palette }: Image): Paint {
  switch (colour) {
    case "rgb":
      return copied(count, 3);
    case "ink":
      return copied(count, 4);
    case "palette":
      return painted(count, eightBits(palette));
    case "white is 0":
      return painted(count, FALLING);
    case "black is 0":
      return painted(count, RISING);
  }
}

function copied(count: number, channels: number): Paint {
  return (samples, into) => {
    for (let x = 0; 4 * x < into.length; x++) {
      const [from, to] = [count * x, 4 * x];
      for (let i = 0; i < channels; i++) into[to + i] = samples[from + i] ?? 0;
    }
  };
}

/** By tables of red, green and blue, one after the other. */
function painted(count: number, table: Uint8Array): Paint {
  const colours = table.length / 3;
  return (samples, into) => {
    for (let x = 0; 4 * x < into.length; x++) {
      const index = samples[count * x] ?? 0;
      const to = 4 * x;
      into[to] = table[index] ?? 0;
      into[to + 1] = table[colours + index] ?? 0;
      into[to + 2] = table[2 * colours + index] ?? 0;
    }
  };
}

const RISING = Uint8Array.from({ length: 3 * 256 }, (_, at) => at & 255);
const FALLING = RISING.map((it) => 255 - it);

/** Some write 8 bits where there have to be 16. */
function eightBits(palette: readonly number[]): Uint8Array {
  const shift = palette.some((it) => it > 255) ? 8 : 0;
  return Uint8Array.from(palette, (it) => it >> shift);
}

/** Colours that are multiplied by their alpha, without that. */
function divide(pixels: Uint8Array): void {
  for (let at = 0; at < pixels.length; at += 4) {
    const alpha = pixels[at + 3] ?? 0;
    if (alpha === 255 || alpha === 0) continue;
    for (let i = at; i < at + 3; i++) {
      pixels[i] = Math.min(255, Math.round((pixels[i] ?? 0) * 255 / alpha));
    }
  }
}

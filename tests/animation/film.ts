/**
 * What sharp sees of an animation, and what this function makes of one.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { ok } from "node:assert/strict";
import {
  animated,
  filmOf,
} from "../../supabase/functions/image-proxy/animation/animated.ts";
import {
  planOf,
  type Size,
  type Wanted,
} from "../../supabase/functions/image-proxy/engine/geometry.ts";
import { readHeader } from "../../supabase/functions/image-proxy/header/read.ts";
import type { ResultFormat } from "../../supabase/functions/image-proxy/result.ts";
import { sharp } from "../engine/oracle.ts";
import upng from "upng-js";

/** An animation as it is shown. */
export interface Shown {
  readonly size: Size;
  /** In milliseconds. */
  readonly delays: readonly number[];
  /** How often: 0 is for ever. */
  readonly plays: number;
  /** Rows of red, green, blue and alpha, of each picture. */
  readonly pictures: readonly Uint8Array[];
}

/** What sharp sees, or of PNG, which it takes for a still, UPNG. */
export async function shown(file: Uint8Array): Promise<Shown> {
  if (file[0] === 0x89) return shownByUpng(file);
  const [said, pixels] = await sharp([
    { input: file, options: { animated: true }, calls: [["metadata"]] },
    {
      input: file,
      options: { animated: true },
      calls: [["ensureAlpha"], ["raw"]],
    },
  ]);
  ok(said && pixels);
  const { width, height, pageHeight = height, delay, loop, pages = 1 } = JSON
    .parse(Buffer.from(said).toString());
  const bytes = pixels.length / pages;
  return {
    size: { width, height: pageHeight },
    delays: delay ?? [],
    plays: loop ?? 1,
    pictures: Array.from(
      { length: pages },
      (_, i) => pixels.subarray(i * bytes, (i + 1) * bytes),
    ),
  };
}

function shownByUpng(file: Uint8Array): Shown {
  const read = upng.decode(Uint8Array.from(file).buffer);
  const { width, height, frames, tabs } = read;
  const pictures: ArrayBuffer[] = upng.toRGBA8(read);
  return {
    size: { width, height },
    delays: frames.map(({ delay }: { delay: number }) => delay),
    plays: tabs.acTL.num_plays,
    pictures: pictures.map((it) => new Uint8Array(it)),
  };
}

/** Pictures of many colours as an animated PNG, for ever, by UPNG. */
export function pngOf(
  pictures: readonly Uint8Array[],
  { width, height }: Size,
  delays: readonly number[],
): Uint8Array {
  const buffers = pictures.map((it) => Uint8Array.from(it).buffer);
  return new Uint8Array(upng.encode(buffers, width, height, 0, [...delays]));
}

/** What is made of `file`. */
export async function made(
  file: Uint8Array,
  format: ResultFormat,
  box: Wanted = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const header = readHeader(file);
  ok(typeof header !== "string", String(header));
  const film = await filmOf(file, header);
  ok(typeof film !== "string", String(film));
  const { size } = planOf(film.size, box);
  const plan = { box, size, format, quality: 80, background: 0xffffff };
  const made = await animated(film, plan);
  ok(typeof made !== "string", String(made));
  return made.bytes;
}

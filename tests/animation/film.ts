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

/** What sharp sees. */
export async function shown(file: Uint8Array): Promise<Shown> {
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

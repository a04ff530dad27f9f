/**
 * Drawings against sharp, which has librsvg in it.
 *
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import type { Size } from "../../supabase/functions/image-proxy/engine/geometry.ts";
import type { Pixels } from "../../supabase/functions/image-proxy/engine/source.ts";
import { svgHeader } from "../../supabase/functions/image-proxy/svg/header.ts";
import { svgSource } from "../../supabase/functions/image-proxy/svg/source.ts";
import { difference, likeness } from "../engine/likeness.ts";
import { type Calls, sharp } from "../engine/oracle.ts";
import { bytesOf, DRAWINGS, SIZE, svg } from "./drawings.ts";
import { ourFonts } from "./our_fonts.ts";

/** Of luminance: edges are smoothed by another rule, and filters rounded. */
const FLOOR = 0.98;

/** What a colour may be off, of 255. */
const OFF = 2;

/** To pixels, and those on white: the colour of what is clear means nothing. */
const PIXELS: Calls = [["ensureAlpha"], ["raw"]];
const SEEN: Calls = [["flatten", { background: "#ffffff" }], ...PIXELS];

/** librsvg has whatever fonts the machine has, unless it is told. */
const FONTS = await ourFonts();

const LARGE: Size = { width: 500, height: 400 };

async function drawn(text: string, size: Size): Promise<Uint8Array> {
  const file = bytesOf(text);
  const header = svgHeader(file);
  ok(typeof header !== "string", String(header));
  const made = await svgSource(file, header, { size, ns: 1.5e9 });
  ok(typeof made !== "string", String(made));
  deepStrictEqual(made.size, size);
  return (made as Pixels).pixels as Uint8Array;
}

/** The same on white. */
function onWhite(pixels: Uint8Array): Uint8Array {
  return pixels.map((value, at) => {
    const alpha = (pixels[at | 3] ?? 0) / 255;
    return at % 4 === 3 ? 255 : Math.round(value * alpha + 255 * (1 - alpha));
  });
}

function requireAlike(
  [ours, theirs]: readonly [Uint8Array, Uint8Array],
  size: Size,
  floor = FLOOR,
): void {
  for (const channel of [0, 1, 2, 3] as const) {
    const like = likeness(ours, theirs, size, channel);
    ok(like >= floor, `${channel}: ${like}`);
    const off = difference(ours, theirs, channel);
    ok(off < OFF, `${channel}: ${off}`);
  }
}

for (const { name, inside, floor } of DRAWINGS) {
  for (const size of [SIZE, LARGE]) {
    Deno.test(`I14 SVG, ${name}: ${size.width} pixels are what sharp draws`, async () => {
      const ours = await drawn(svg(inside), size);

      const input = bytesOf(svg(inside, size));
      const [seen, pixels] = await sharp([
        { input, calls: SEEN },
        { input, calls: PIXELS },
      ], FONTS);

      ok(seen && pixels);
      requireAlike([onWhite(ours), seen], size, floor);
      const alpha = likeness(ours, pixels, size, 3);
      ok(alpha >= (floor ?? FLOOR), `alpha: ${alpha}`);
    });
  }
}

/**
 * AVIF through the engine: what one codec reads, the other turns and writes.
 *
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import { transcode } from "../supabase/functions/image-proxy/codec.ts";
import type { ImageFormat } from "../supabase/functions/_shared/image_formats.ts";
import { readHeader } from "../supabase/functions/image-proxy/header/read.ts";
import { planFor, type Sight } from "../supabase/functions/image-proxy/plan.ts";
import { wishOf } from "../supabase/functions/image-proxy/wish.ts";
import { imir, irot, ispe, nclx, still, streamOf } from "./avif/boxes.ts";
import { likeness } from "./engine/likeness.ts";
import { type Calls, sharp } from "./engine/oracle.ts";
import { makePicture } from "./engine/pictures.ts";

const SIZE = { width: 128, height: 96 };
const { stream, av1C } = streamOf(await makePicture("AVIF, 4:4:4", SIZE));
const PIXELS: Calls = [["toColourspace", "srgb"], ["ensureAlpha"], ["raw"]];

const TURNS: [why: string, isOnItsSide: boolean, ...Uint8Array[]][] = [
  ["as it is", false],
  ["a quarter", true, irot(1)],
  ["a half", false, irot(2)],
  ["three quarters", true, irot(3)],
  ["top for bottom", false, imir(0)],
  ["left for right", false, imir(1)],
  ["a quarter, top for bottom", true, irot(1), imir(0)],
];

async function made(file: Uint8Array, format: ImageFormat) {
  const header = readHeader(file);
  if (typeof header === "string") throw new Error(header);
  const wish = wishOf({ width: 64, quality: 95, format }, "trusted");
  const terms = { newer: [], isOffered: () => true };
  const result = await transcode(file, header, (sight: Sight) => {
    const plan = planFor(wish, sight, terms);
    const { size: from } = sight;
    const job = { header, bytes: file.length, from, to: plan.size, format };
    return { ...plan, job };
  });
  if (typeof result === "string") throw new Error(result);
  return result;
}

for (const [why, isOnItsSide, ...turns] of TURNS) {
  for (const format of ["png", "avif"] as const) {
    Deno.test(`I14 AVIF that is turned ${why} is upright as ${format}`, async () => {
      const file = still(
        stream,
        ispe(SIZE.width, SIZE.height),
        av1C,
        ...turns,
      );
      const size = { width: 64, height: isOnItsSide ? 85 : 48 };

      const { bytes } = await made(file, format);

      const resized: Calls = [["resize", { ...size, fit: "fill" }], ...PIXELS];
      const [theirs, ours] = await sharp([
        { input: file, calls: resized },
        { input: bytes, calls: PIXELS },
      ]);
      ok(theirs && ours);
      strictEqual(ours.length, size.width * size.height * 4);
      const like = likeness(theirs, ours, size, 1);
      ok(like > 0.97, `${like}`);
    });
  }
}

Deno.test("I14 AVIF that says Display P3 by numbers is as one with its profile", async () => {
  const avif = { quality: 90, chromaSubsampling: "4:4:4", effort: 0 };
  const [profiled] = await sharp([{
    input: await makePicture("PNG, truecolour", SIZE),
    calls: [["withIccProfile", "p3"], ["avif", avif]],
  }]);
  ok(profiled);
  const { stream, av1C } = streamOf(profiled);
  const size = ispe(SIZE.width, SIZE.height);

  const named = await made(still(stream, size, av1C, nclx(12, 13, 6)), "png");
  const untold = await made(still(stream, size, av1C), "png");

  const resized: Calls = [["resize", 64], ...PIXELS];
  // sharp goes by profiles alone.
  const [theirs, ours, others] = await sharp([
    { input: profiled, calls: resized },
    { input: named.bytes, calls: PIXELS },
    { input: untold.bytes, calls: PIXELS },
  ]);
  ok(theirs && ours && others);
  const off = meanDifference(ours, theirs);
  ok(off < 1.5, `${off}`);
  ok(meanDifference(others, theirs) > 4 * off);
});

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  strictEqual(a.length, b.length);
  const sum = a.reduce((sum, it, at) => sum + Math.abs(it - (b[at] ?? 0)), 0);
  return sum / a.length;
}

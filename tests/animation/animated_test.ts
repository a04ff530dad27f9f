/**
 * Animations, by the oracle: sharp reads what is made of those that it writes.
 *
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { likeness } from "../engine/likeness.ts";
import { filmed, filmedOf, scene } from "../gif/gallery.ts";
import { made, pngOf, type Shown, shown } from "./film.ts";

const SIZE = { width: 96, height: 64 };
const DELAYS = [100, 40, 40, 1_000, 70, 70];

interface Source {
  readonly name: string;
  readonly file: Uint8Array;
}

const SOURCES: Source[] = [
  {
    name: "GIF",
    file: await filmed(6, [["gif", { delay: DELAYS, loop: 3 }]]),
  },
  {
    name: "WebP",
    file: await filmed(6, [["webp", { delay: DELAYS, loop: 0 }]]),
  },
  {
    name: "WebP, lossless",
    file: await filmed(6, [["webp", { delay: DELAYS, lossless: true }]]),
  },
  {
    name: "PNG",
    file: pngOf(DELAYS.map((_, i) => scene(i)), SIZE, DELAYS),
  },
];

const CHANNELS = [0, 1, 2, 3] as const;

/** How alike each channel of each picture is. */
function likenesses(a: Shown, b: Shown): number[] {
  return a.pictures.flatMap((it, i) =>
    CHANNELS.map((channel) =>
      likeness(it, b.pictures[i] ?? it, a.size, channel)
    )
  );
}

/** That `ours` moves as the source does, and is as like it as sharp's is. */
function assertAlike(ours: Shown, source: Shown, theirs: Shown): void {
  deepStrictEqual(ours.size, source.size);
  deepStrictEqual(ours.delays, source.delays);
  deepStrictEqual(ours.plays, source.plays);
  const their = likenesses(theirs, source);
  for (const [i, like] of likenesses(ours, source).entries()) {
    const least = (their[i] ?? 1) - 0.03;
    ok(like > least, `${i >> 2}, channel ${i % 4}: ${like} of ${least}`);
  }
}

for (const { name, file } of SOURCES) {
  const source = await shown(file);
  Deno.test(`${name} becomes PNG, and every pixel is as it was`, async () => {
    const ours = await shown(await made(file, "png"));

    deepStrictEqual(ours, source);
  });

  for (const format of ["gif", "webp"] as const) {
    Deno.test(`${name} becomes ${format} and moves as it did`, async () => {
      const { size, pictures, delays, plays } = source;
      const theirs = await filmedOf(pictures, size, [
        [format, { quality: 80, delay: [...delays], loop: plays }],
      ]);

      const ours = await made(file, format);

      assertAlike(await shown(ours), source, await shown(theirs));
    });
  }
}

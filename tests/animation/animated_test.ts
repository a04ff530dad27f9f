/**
 * Animations, by the oracle: sharp reads what is made of those that it writes.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { likeness } from "../engine/likeness.ts";
import { disc, filmed, filmedOf, odd, scene } from "../gif/gallery.ts";
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

const TURNS = DELAYS.map((_, i) => i);
const SOFT = TURNS.map((turn) => disc(turn, true));
const HARD = TURNS.map((turn) => disc(turn, false));
const ODD = odd().find(({ name }) => name.startsWith("frames that leave"));

SOURCES.push(
  {
    name: "GIF that one sees through",
    file: await filmedOf(HARD, SIZE, [["gif", { delay: DELAYS }]]),
  },
  {
    name: "GIF whose frames are taken away",
    file: ODD?.file ?? new Uint8Array(),
  },
  {
    name: "WebP that one sees through",
    file: await filmedOf(SOFT, SIZE, [["webp", { delay: DELAYS }]]),
  },
  {
    name: "WebP that one sees through, lossless",
    file: await filmedOf(SOFT, SIZE, [
      ["webp", { delay: DELAYS, lossless: true }],
    ]),
  },
  {
    name: "PNG that one sees through",
    file: pngOf(SOFT, SIZE, DELAYS),
  },
);

/** How alike each channel of each picture is. */
function likenesses(a: Shown, b: Shown): number[] {
  return a.pictures.flatMap((it, i) =>
    CHANNELS.map((channel) =>
      likeness(seen(it), seen(b.pictures[i] ?? it), a.size, channel)
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

/** What any byte is off at most. */
function furthest(a: Uint8Array, b: Uint8Array): number {
  strictEqual(a.length, b.length);
  return a.reduce(
    (most, it, at) => Math.max(most, Math.abs(it - (b[at] ?? 0))),
    0,
  );
}

/** Colours as they are seen: less of what is less seen. */
function seen(pixels: Uint8Array): Uint8Array {
  return pixels.map((it, at) =>
    at % 4 === 3 ? it : it * (pixels[at | 3] ?? 0) / 255
  );
}

for (const { name, file } of SOURCES) {
  const source = await shown(file);
  Deno.test(`${name} becomes PNG, and every pixel is as it was`, async () => {
    const ours = await shown(await made(file, "png"));

    const { pictures, ...rest } = source;
    deepStrictEqual({ ...ours, pictures: 0 }, { ...rest, pictures: 0 });
    for (const [i, picture] of ours.pictures.entries()) {
      const other = pictures[i] ?? new Uint8Array();
      // What is half seen is rounded twice.
      ok(furthest(seen(picture), seen(other)) <= 1, `${i}`);
    }
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

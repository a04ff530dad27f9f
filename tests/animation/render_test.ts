/**
 * What becomes of an animation that somebody asks for.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Problem } from "../../supabase/functions/_shared/problem.ts";
import type { ImageOptions } from "../../supabase/functions/_shared/image_options.ts";
import type { NewerFormat } from "../../supabase/functions/image-proxy/accept.ts";
import type { Made } from "../../supabase/functions/image-proxy/codec.ts";
import {
  headerOf,
  render,
} from "../../supabase/functions/image-proxy/render.ts";
import { wishOf } from "../../supabase/functions/image-proxy/wish.ts";
import { likeness } from "../engine/likeness.ts";
import { sharp } from "../engine/oracle.ts";
import { frame, start, TRAILER } from "../gif/blocks.ts";
import { filmed, scene } from "../gif/gallery.ts";
import { pngOf, shown } from "./film.ts";

const SIZE = { width: 96, height: 64 };
const DELAYS = [100, 100, 100, 100];

const FILES = {
  gif: await filmed(4, [["gif"]]),
  webp: await filmed(4, [["webp"]]),
  png: pngOf(DELAYS.map((_, i) => scene(i)), SIZE, DELAYS),
};

async function rendered(
  file: Uint8Array,
  options: ImageOptions,
  newer: readonly NewerFormat[] = [],
): Promise<Made> {
  const wish = wishOf(options, "trusted");
  const made = await render(file, headerOf(file), { wish, newer });
  ok(!(made instanceof Problem), String(made));
  return made;
}

function framesOf(made: Made): number {
  const header = headerOf(made.bytes);
  strictEqual(header.format, made.format);
  return header.frames ?? 1;
}

type Asked = ImageOptions & { newer?: readonly NewerFormat[] };

const ENDS: [of: keyof typeof FILES, Asked, format: string, frames: number][] =
  [
    ["gif", { newer: ["webp"] }, "webp", 4],
    ["gif", { newer: ["avif", "webp"] }, "webp", 4],
    ["gif", { newer: ["avif"] }, "gif", 4],
    ["gif", {}, "gif", 4],
    ["gif", { format: "origin" }, "gif", 4],
    ["gif", { format: "png" }, "png", 4],
    ["gif", { format: "jpeg" }, "jpeg", 1],
    ["gif", { format: "avif" }, "avif", 1],
    ["gif", { placeholder: "lqip" }, "lqip", 1],
    ["webp", { newer: ["webp"] }, "webp", 4],
    ["webp", {}, "gif", 4],
    ["webp", { format: "jpeg" }, "jpeg", 1],
    ["png", { newer: ["webp"] }, "webp", 4],
    ["png", {}, "png", 4],
    ["png", { format: "gif" }, "gif", 4],
  ];

for (const [of, { newer, ...options }, format, frames] of ENDS) {
  const asked = JSON.stringify({ ...options, newer });
  Deno.test(`an animated ${of} for ${asked} is ${format} of ${frames}`, async () => {
    const made = await rendered(FILES[of], { width: 48, ...options }, newer);

    strictEqual(made.format, format);
    if (format === "lqip") return;
    strictEqual(framesOf(made), frames);
    const { width } = headerOf(made.bytes).size;
    strictEqual(width, 48);
  });
}

for (const resize of ["cover", "contain", "fill"] as const) {
  Deno.test(`every frame is made to ${resize}, as sharp makes it`, async () => {
    const box = { width: 40, height: 40, resize };
    const [theirs = FILES.png] = await sharp([{
      input: FILES.gif,
      options: { animated: true },
      calls: [
        ["resize", { ...box, fit: resize === "contain" ? "inside" : resize }],
        ["webp", { lossless: true }],
      ],
    }]);

    const { bytes } = await rendered(FILES.gif, { ...box, format: "png" });

    const [ours, other] = [await shown(bytes), await shown(theirs)];
    deepStrictEqual(ours.size, other.size);
    strictEqual(ours.pictures.length, 4);
    for (const [i, picture] of ours.pictures.entries()) {
      const like = likeness(
        picture,
        other.pictures[i] ?? picture,
        ours.size,
        0,
      );
      ok(like > 0.95, `${i}: ${like}`);
    }
  });
}

/** As many frames, each of another colour. */
function longGif(count: number, width: number, height: number): Uint8Array {
  const blank = new Uint8Array(width * height);
  const frames = Array.from(
    { length: count },
    (_, i) => frame({ width, height, indices: blank.fill(i % 2), bits: 2 }),
  );
  const file = [start(width, height, ["ff0000", "0000ff"]), ...frames, TRAILER];
  return Uint8Array.from(file.flatMap((it) => [...it]));
}

const LONG: [count: number, width: number, height: number, frames: number][] = [
  [50, 240, 135, 50],
  [90, 480, 270, 1],
  [1_000, 4, 4, 1],
  [3, 2_400, 1_600, 1],
];

for (const [count, width, height, frames] of LONG) {
  Deno.test(`I8 ${count} frames of ${width} × ${height} become ${frames}`, async () => {
    const file = longGif(count, width, height);

    const made = await rendered(file, { format: "gif" });

    strictEqual(framesOf(made), frames);
    const { costMs = Infinity } = made.origin ?? {};
    ok(costMs <= 1_800, `${costMs}`);
  });
}

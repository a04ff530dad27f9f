/**
 * GIFs that are written, by the oracles: sharp and imagescript read them.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import gif from "imagescript/wasm/node/gif.js";
import type { Size } from "../../supabase/functions/image-proxy/engine/geometry.ts";
import { gifFile } from "../../supabase/functions/image-proxy/gif/file.ts";
import { nearestOf } from "../../supabase/functions/image-proxy/gif/nearest.ts";
import { quantised } from "../../supabase/functions/image-proxy/gif/quantise.ts";
import { likeness } from "../engine/likeness.ts";
import { sharp } from "../engine/oracle.ts";
import { dice } from "../index/random.ts";
import { scene } from "./gallery.ts";

const HOW = { quality: 80, background: 0xffffff, ns: 1.8e9 };
const peer = await gif.init();

/** The file of `pixels`. */
async function made(pixels: Uint8Array, size: Size): Promise<Uint8Array> {
  const image = { ...size, hasAlpha: true, from: size };
  const copy = Uint8Array.from(pixels);
  const file = await gifFile({ ...image, pixels: copy }, HOW);
  ok(typeof file !== "string");
  return file;
}

/** What sharp sees in it, which is what imagescript does. */
async function seen(file: Uint8Array): Promise<Uint8Array> {
  const [pixels = new Uint8Array()] = await sharp([{
    input: file,
    calls: [["ensureAlpha"], ["raw"]],
  }]);
  const [{ buffer }] = peer.load(Uint8Array.from(file));
  for (let at = 3; at < pixels.length; at += 4) {
    if (pixels[at] !== 0) continue;
    for (const other of [pixels, buffer]) other.fill(0, at - 3, at);
  }
  deepStrictEqual(Buffer.from(buffer), Buffer.from(pixels));
  return pixels;
}

/** As many colours, each of which is there. */
function coloured(count: number, { width, height }: Size): Uint8Array {
  const { below } = dice(count);
  const all = new Set<number>();
  while (all.size < count) all.add(below(2 ** 24));
  const colours = [...all];
  const pixels = Buffer.alloc(4 * width * height, 255);
  for (let i = 0; i < width * height; i++) {
    const colour = colours[i < count ? i : below(count)] ?? 0;
    pixels.writeUIntBE(colour, 4 * i, 3);
  }
  return pixels;
}

for (const count of [1, 2, 3, 4, 5, 16, 17, 255, 256]) {
  Deno.test(`gifFile() keeps each of ${count} colours`, async () => {
    const size = { width: 70, height: 90 };
    const pixels = coloured(count, size);

    deepStrictEqual(
      await seen(await made(pixels, size)),
      Uint8Array.from(pixels),
    );
  });
}

for (const [width, height] of [[1, 1], [1, 300], [300, 1], [2, 3]] as const) {
  Deno.test(`gifFile() writes ${width} × ${height}`, async () => {
    const size = { width, height };
    const pixels = coloured(1, size);

    deepStrictEqual(
      await seen(await made(pixels, size)),
      Uint8Array.from(pixels),
    );
  });
}

Deno.test("gifFile() begins its codes anew when there are no more", async () => {
  // One colour compresses so well that 4,096 codes are 8 million pixels.
  const size = { width: 3_000, height: 3_000 };
  const flat = Buffer.alloc(36_000_000, 255);
  const noise = coloured(256, { width: 500, height: 500 });

  const files = [
    await made(flat, size),
    await made(noise, { width: 500, height: 500 }),
  ];

  const [first, second] = files.map((it) => peer.load(it)[0].buffer);
  deepStrictEqual(Buffer.from(first ?? []).equals(flat), true);
  deepStrictEqual(Buffer.from(second ?? []).equals(noise), true);
});

Deno.test("gifFile() shows what has more than 256 colours as it is", async () => {
  const size = { width: 96, height: 64 };
  const pixels = scene(3);
  const [theirs = new Uint8Array()] = await sharp([{
    input: pixels,
    raw: { ...size, channels: 4 },
    calls: [["gif"]],
  }]);

  const ours = await seen(await made(pixels, size));

  const other = await seen(theirs);
  for (const channel of [0, 1, 2] as const) {
    const like = likeness(ours, pixels, size, channel);
    const their = likeness(other, pixels, size, channel);
    ok(like > 0.85 && like > their - 0.03, `${channel}: ${like}, ${their}`);
  }
});

Deno.test("gifFile() shows through what is less than half seen", async () => {
  const size = { width: 256, height: 4 };
  const pixels = coloured(1_000, size);
  for (let i = 0; i < 1_024; i++) pixels[4 * i + 3] = i % 256;

  const shown = await seen(await made(pixels, size));

  const alphas = Array.from({ length: 1_024 }, (_, i) => shown[4 * i + 3]);
  const expected = alphas.map((_, i) => i % 256 < 128 ? 0 : 255);
  deepStrictEqual(alphas, expected);
});

Deno.test("gifFile() writes what cannot be seen at all", async () => {
  const size = { width: 5, height: 5 };
  const nothing = new Uint8Array(100);

  deepStrictEqual(await seen(await made(nothing, size)), nothing);
});

Deno.test("gifFile() begins nothing that takes too long", async () => {
  const size = { width: 500, height: 500 };
  const pixels = new Uint8Array(1_000_000);
  const image = { ...size, hasAlpha: true, from: size, pixels };

  strictEqual(await gifFile(image, { ...HOW, ns: 1e8 }), "too costly");
});

Deno.test("nearestOf() finds what looking at all of them finds", () => {
  const { below } = dice(7);
  const colours = Array.from({ length: 256 }, () => below(2 ** 24));
  const find = nearestOf(colours);
  const distance = (a: number, b: number) =>
    [16, 8, 0].reduce(
      (sum, it) => sum + ((a >> it & 0xff) - (b >> it & 0xff)) ** 2,
      0,
    );

  for (let i = 0; i < 5_000; i++) {
    // In the middle of a cell, where there is nothing to round.
    const colour = below(2 ** 24) & 0xf8f8f8 | 0x040404;
    const found = distance(colours[find(colour)] ?? 0, colour);
    strictEqual(found, Math.min(...colours.map((it) => distance(it, colour))));
  }
});

Deno.test("quantised() gives each cluster its mean", () => {
  const { below } = dice(11);
  const middles = [0x204060, 0xc0c0c0, 0xf01010, 0x10f0a0];
  const pixels = Buffer.alloc(16_000, 255);
  for (let i = 0; i < 4_000; i++) {
    const around = below(3) << 16 | below(3) << 8 | below(3);
    const middle = middles[i % 4] ?? 0;
    pixels.writeUIntBE(middle + around, 4 * i, 3);
  }

  const found = quantised(pixels, 4).sort((a, b) => a - b);

  const means = middles.map((it) => it + 0x010101).sort((a, b) => a - b);
  deepStrictEqual(found, means);
});

/**
 * The kinds of TIFFs there are, one file of each, and what they show.
 *
 * @module
 */
import { pageOf, type Rows, samplesOf, SIZE, type Storage } from "./pages.ts";
import { tiffOf } from "./tiffs.ts";
import type { Known } from "../images/seen.ts";
import { dice } from "../index/random.ts";

/** What a pixel of samples shows. */
type Show = (samples: readonly number[]) => number[];

function known(name: string, storage: Storage, show: Show): Known {
  const rows = samplesOf(storage);
  const { isLittle = true, samples } = storage;
  const file = tiffOf([pageOf(rows, storage)], { isLittle });
  const pixels = shownBy(rows, samples, show);
  const hasAlpha = storage.more?.[338] !== undefined &&
    !name.includes("unknown");
  return { name, file, size: SIZE, hasAlpha, pixels };
}

function shownBy(rows: Rows, samples: number, show: Show): Uint8Array {
  const all = rows.flat();
  const pixels: number[] = [];
  for (let at = 0; at < all.length; at += samples) {
    pixels.push(...show(all.slice(at, at + samples)));
  }
  return Uint8Array.from(pixels);
}

const eight = (value: number, bits: number) =>
  Math.round(value * 255 / (2 ** bits - 1));

const grey = (bits: number, isWhiteZero = false): Show => ([value = 0]) => {
  const it = eight(value, bits);
  const shown = isWhiteZero ? 255 - it : it;
  return [shown, shown, shown, 255];
};
const rgb = (bits: number): Show => (it) => [
  ...it.slice(0, 3).map((value) => eight(value, bits)),
  255,
];
const rgba = (bits: number): Show => (it) =>
  it.slice(0, 4).map((value) => eight(value, bits));
const ink = (bits: number): Show => (it) => {
  const [black = 0, ...colours] = it.slice(0, 4)
    .map((value) => 255 - eight(value, bits)).reverse();
  return [
    ...colours.reverse().map((light) => Math.round(light * black / 255)),
    255,
  ];
};
const multiplied: Show = (it) => {
  const [, , , alpha = 0] = it;
  const colours = it.slice(0, 3).map((value) =>
    alpha === 0 ? value : Math.min(255, Math.round(value * 255 / alpha))
  );
  return [...colours, alpha];
};

const GREY = { samples: 1, photometric: 1 };
const RGB = { bits: 8, samples: 3, photometric: 2 };
const EXTRA = (...meaning: number[]) => ({ more: { 338: { short: meaning } } });
const RGBA = { ...RGB, samples: 4, ...EXTRA(2) };
const INK = { bits: 8, samples: 4, photometric: 5 };
const TILE = { width: 16, height: 16 };

function paletteOf(bits: number, factor: number) {
  const { below } = dice(bits);
  const map = Array.from({ length: 3 * 2 ** bits }, () => below(256));
  const colours = 2 ** bits;
  const show: Show = ([index = 0]) => [
    ...[0, 1, 2].map((i) => map[i * colours + index] ?? 0),
    255,
  ];
  const more = { 320: { short: map.map((it) => it * factor) } };
  return { storage: { bits, samples: 1, photometric: 3, more }, show };
}

function palette(bits: number, factor = 257, name = ""): Known {
  const { storage, show } = paletteOf(bits, factor);
  return known(`palette of ${bits} bits${name}`, storage, show);
}

const STORED: [name: string, storage: Partial<Storage>][] = [
  ["in strips", { segment: 5 }],
  ["in tiles", { segment: TILE }],
  ["in planes", { planar: 2, segment: 7 }],
  ["in tiles of planes", { planar: 2, segment: TILE }],
  ["LZW", { compression: 5, segment: 8 }],
  ["LZW of differences", { compression: 5, predictor: 2, segment: 8 }],
  ["LZW in tiles", { compression: 5, segment: TILE }],
  ["deflate", { compression: 8 }],
  ["deflate of old", { compression: 32946, segment: 4 }],
  [
    "deflate of differences in tiles of planes",
    { compression: 8, predictor: 2, planar: 2, segment: TILE },
  ],
  ["PackBits", { compression: 32773, segment: 3 }],
  ["PackBits in planes", { compression: 32773, planar: 2, segment: 9 }],
];

/** Every way for each of these. */
const MIXED: [name: string, storage: Storage, show: Show][] = [
  ["RGB", RGB, rgb(8)],
  ["RGB of 16 bits", { ...RGB, bits: 16 }, rgb(16)],
  ["RGB and alpha", RGBA, rgba(8)],
];

const mixed = MIXED.flatMap(([what, storage, show]) =>
  [true, false].flatMap((isLittle) =>
    STORED.map(([how, more]) =>
      known(
        `${what}, ${isLittle ? "little" : "big"}-endian, ${how}`,
        { ...storage, ...more, isLittle },
        show,
      )
    )
  )
);

const greys = [1, 2, 4, 8, 16].flatMap((bits) => [
  known(`grey of ${bits} bits`, { ...GREY, bits, segment: 6 }, grey(bits)),
  known(
    `grey of ${bits} bits in tiles`,
    { ...GREY, bits, segment: TILE, isLittle: false },
    grey(bits),
  ),
  known(
    `grey of ${bits} bits, white is zero`,
    { ...GREY, bits, photometric: 0, compression: 5 },
    grey(bits, true),
  ),
]);

export const KINDS: readonly Known[] = [
  ...mixed,
  ...greys,
  ...[1, 2, 4, 8].map((bits) => palette(bits)),
  palette(8, 1, ", of 8 bits itself"),
  known(
    "grey and alpha",
    { ...GREY, bits: 8, samples: 2, ...EXTRA(2) },
    ([value = 0, alpha = 0]) => [value, value, value, alpha],
  ),
  known("RGB and multiplied alpha", { ...RGBA, ...EXTRA(1) }, multiplied),
  known("RGB, and unknown", { ...RGBA, ...EXTRA(0) }, rgb(8)),
  known(
    "RGB, alpha and unknown",
    { ...RGB, samples: 5, ...EXTRA(2, 0) },
    rgba(8),
  ),
  known("ink", INK, ink(8)),
  known("ink of 16 bits, LZW", { ...INK, bits: 16, compression: 5 }, ink(16)),
  known("ink in planes", { ...INK, planar: 2 }, ink(8)),
].map((it) =>
  it.name === "RGB, alpha and unknown" ? { ...it, hasAlpha: true } : it
);

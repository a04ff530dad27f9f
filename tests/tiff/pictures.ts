/**
 * TIFF files of every kind that sharp writes, of one drawing.
 *
 * @module
 */
import type { Calls } from "../engine/oracle.ts";
import { type Kind, makeKinds, SIZE } from "../engine/pictures.ts";

const OPAQUE: Calls = [["removeAlpha"]];
const CLEAR: Calls = [["ensureAlpha"], ["composite", "MASK"]];
const GREY: Calls = [...OPAQUE, ["toColourspace", "b-w"]];
const DEEP: Calls = [...OPAQUE, ["toColourspace", "rgb16"]];
const INK: Calls = [...OPAQUE, ["toColourspace", "cmyk"]];
const TILES = { tile: true, tileWidth: 64, tileHeight: 48 };

function tiff(
  name: string,
  options: Readonly<Record<string, unknown>>,
  calls: Calls = OPAQUE,
): Kind {
  const kind = { name: `TIFF, ${name}`, calls: [...calls, ["tiff", options]] };
  const hasAlpha = calls[0] === CLEAR[0];
  // sharp cuts what we round.
  const off = name.includes("16 bits") ? { off: 0.6 } : {};
  return { ...kind, ...off, ...hasAlpha && { hasAlpha } } as Kind;
}

/** What a colour may be off by the ideal inks of `engine/src/colour.c`. */
const IDEAL = { floor: 0.92, off: 30 };

export const TIFF_KINDS: readonly Kind[] = [
  tiff("uncompressed", { compression: "none" }),
  tiff("LZW", { compression: "lzw", predictor: "none" }),
  tiff("LZW of differences", { compression: "lzw" }),
  tiff("deflate of differences", { compression: "deflate" }),
  tiff("PackBits", { compression: "packbits" }),
  tiff("JPEG", { compression: "jpeg", quality: 92 }),
  tiff("JPEG in tiles", { compression: "jpeg", quality: 92, ...TILES }),
  tiff("tiles, LZW", { compression: "lzw", ...TILES }),
  tiff("tiles, uncompressed, with alpha", {
    compression: "none",
    ...TILES,
  }, CLEAR),
  tiff("deflate with alpha", { compression: "deflate" }, CLEAR),
  tiff("16 bits, LZW of differences", { compression: "lzw" }, DEEP),
  tiff("16 bits with alpha", { compression: "none" }, [
    ...CLEAR,
    ["toColourspace", "rgb16"],
  ]),
  tiff("grey", { compression: "none" }, GREY),
  tiff("grey, JPEG", { compression: "jpeg", quality: 92 }, GREY),
  tiff("grey with alpha", { compression: "deflate" }, [
    ...CLEAR,
    ["toColourspace", "b-w"],
  ]),
  tiff("grey, 16 bits", { compression: "lzw" }, [
    ...OPAQUE,
    ["toColourspace", "grey16"],
  ]),
  { ...tiff("CMYK", { compression: "lzw" }, INK), ...IDEAL },
  {
    ...tiff("CMYK with a printer's profile", { compression: "deflate" }, [
      ...OPAQUE,
      ["withIccProfile", "cmyk"],
    ]),
    off: 4,
  },
  tiff("Display P3", { compression: "deflate" }, [
    ...OPAQUE,
    ["withIccProfile", "p3"],
  ]),
  ...[2, 3, 4, 5, 6, 7, 8].map((orientation) =>
    tiff(`orientation ${orientation}`, { compression: "lzw" }, [
      ...OPAQUE,
      ["withMetadata", { orientation }],
    ])
  ),
];

/** The files, in the order of `TIFF_KINDS`. */
export function makeTiffs(): Promise<Uint8Array[]> {
  return makeKinds(TIFF_KINDS, SIZE);
}

/** Black and white of 1 bit, which sharp writes of what it has made so. */
export const BILEVEL: Kind = tiff("1 bit", {
  compression: "none",
  bitdepth: 1,
}, [...GREY, ["threshold", 128]]);

/** The same, as fax machines send it. */
export const FAX: Kind = tiff("fax", {
  compression: "ccittfax4",
  bitdepth: 1,
}, [...GREY, ["threshold", 128]]);

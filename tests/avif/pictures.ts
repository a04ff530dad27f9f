/**
 * AVIF files of every kind that is read, made by sharp of the engine's drawing.
 *
 * @module
 */
import type { Size } from "../../supabase/functions/image-proxy/engine/geometry.ts";
import { type Calls, sharp } from "../engine/oracle.ts";
import { KINDS as DRAWN, makePictures, SIZE } from "../engine/pictures.ts";

/** A kind of file, and how sharp makes it. */
export interface Kind {
  readonly name: string;
  readonly calls: Calls;
  readonly depth: 8 | 10 | 12;
  readonly size: Size;
  readonly hasAlpha: boolean;
  /** There are ways to make twice as many samples of colours. */
  readonly isHalved: boolean;
}

// Of no consequence for how a file is read, and quick.
const QUICK = { effort: 0, quality: 80 };

function kind(
  name: string,
  options: {
    readonly bitdepth?: 8 | 10 | 12;
    readonly [name: string]: unknown;
  },
  { size = SIZE, hasAlpha = false, before = [] }: {
    readonly size?: Size;
    readonly hasAlpha?: boolean;
    readonly before?: Calls;
  } = {},
): Kind {
  const { width, height } = size;
  const resized: Calls = [["resize", width, height, { fit: "fill" }]];
  const sized = size === SIZE ? [] : resized;
  const calls: Calls = [...before, ...sized, ["avif", {
    ...QUICK,
    ...options,
  }]];
  const isHalved = options["chromaSubsampling"] === "4:2:0";
  const depth = options.bitdepth ?? 8;
  return { name, calls, depth, size, hasAlpha, isHalved };
}

const HALVED = { chromaSubsampling: "4:2:0" };

/** Of blocks and no part of one. */
const WHOLE: Size = { width: 128, height: 96 };

const SIZES: readonly Size[] = [
  { width: 1, height: 1 },
  { width: 3, height: 5 },
  { width: 65, height: 1 },
  { width: 1, height: 129 },
  { width: 127, height: 63 },
];

export const KINDS: readonly Kind[] = [
  kind("4:2:0", HALVED),
  kind("4:4:4", {}),
  kind("4:2:0, 10 bits", { ...HALVED, bitdepth: 10 }),
  kind("4:4:4, 10 bits", { bitdepth: 10 }),
  kind("4:4:4, 12 bits", { bitdepth: 12 }),
  kind("lossless", { lossless: true }),
  kind("4:2:0 with alpha", HALVED, { hasAlpha: true }),
  kind("4:4:4 with alpha", {}, { hasAlpha: true }),
  kind("4:4:4 with alpha, 10 bits", { bitdepth: 10 }, { hasAlpha: true }),
  kind("grey", {}, { before: [["toColourspace", "b-w"]] }),
  kind("Display P3", {}, { before: [["withIccProfile", "p3"]] }),
  kind("of much effort", { effort: 6 }),
  kind("4:4:4, of 128 × 96", {}, { size: WHOLE }),
  kind("grey, of 128 × 96", {}, {
    size: WHOLE,
    before: [["toColourspace", "b-w"]],
  }),
  ...SIZES.map((size) =>
    kind(`4:2:0, ${size.width} × ${size.height}`, HALVED, { size })
  ),
  ...SIZES.map((size) =>
    kind(`4:4:4 with alpha, ${size.width} × ${size.height}`, {}, {
      size,
      hasAlpha: true,
    })
  ),
];

/** RGBA of 8 bits, in the colours of the profile, if there is one. */
export const RAW: Calls = [
  ["keepIccProfile"],
  ["toColourspace", "srgb"],
  ["ensureAlpha"],
  ["raw"],
];

/** The drawing, and the drawing with holes, as PNG. */
export async function drawings(): Promise<{
  readonly opaque: Uint8Array;
  readonly clear: Uint8Array;
}> {
  const files = await makePictures();
  const at = (name: string) => DRAWN.findIndex((it) => it.name === name);
  const opaque = files[at("PNG, truecolour")];
  const clear = files[at("PNG, truecolour with alpha")];
  if (opaque === undefined || clear === undefined) throw new Error("No PNG");
  return { opaque, clear };
}

/** The files, in the order of `KINDS`. */
export async function makeAvifs(): Promise<Uint8Array[]> {
  const { opaque, clear } = await drawings();
  return await sharp(KINDS.map(({ calls, hasAlpha }) => ({
    input: hasAlpha ? clear : opaque,
    calls,
  })));
}

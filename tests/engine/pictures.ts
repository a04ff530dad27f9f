/**
 * Pictures of every kind that is read, made by sharp of one drawing.
 *
 * @module
 */
import type { Size } from "../../supabase/functions/image-proxy/engine/geometry.ts";
import { type Calls, sharp } from "./oracle.ts";
import { animation, webpSize } from "./webp.ts";

/** Of what is tested usually: an odd number, and no multiple of any block. */
export const SIZE: Size = { width: 451, height: 300 };

function svg({ width, height }: Size, content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 450 300"
    width="${width}" height="${height}" preserveAspectRatio="none">${content}
    </svg>`;
}

/** No two corners are alike, so that whatever is turned or mirrored is seen. */
const DRAWING = `
  <defs>
    <linearGradient id="sky" x2="0" y2="1">
      <stop stop-color="#2a5caa"/><stop offset="1" stop-color="#f3d9b1"/>
    </linearGradient>
    <radialGradient id="sun">
      <stop stop-color="#fff6c8"/><stop offset="1" stop-color="#e07020"/>
    </radialGradient>
    <pattern id="field" width="14" height="9" patternUnits="userSpaceOnUse">
      <rect width="14" height="9" fill="#3c6e35"/>
      <circle cx="4" cy="4" r="3" fill="#87a94d"/>
    </pattern>
  </defs>
  <rect width="450" height="300" fill="url(#sky)"/>
  <circle cx="330" cy="80" r="52" fill="url(#sun)"/>
  <path d="M0 210 120 130 210 220 300 160 450 230V300H0z" fill="#5d5a66"/>
  <rect y="235" width="450" height="65" fill="url(#field)"/>
  <path d="M20 20h60v18H38v40H20z" fill="#b0203a"/>`;

/** What is left of a picture: a disc that fades, on a flat half. */
const MASK = `
  <radialGradient id="fade">
    <stop offset=".5"/><stop offset="1" stop-opacity="0"/>
  </radialGradient>
  <circle cx="190" cy="150" r="200" fill="url(#fade)"/>
  <rect x="380" width="70" height="150" fill-opacity=".5"/>`;

/** The drawing itself, and with holes. */
const OPAQUE: Calls = [["removeAlpha"]];
const CLEAR: Calls = [["ensureAlpha"], ["composite", "MASK"]];

const QUALITY = { quality: 92 };
const QUICK = { ...QUALITY, effort: 0 };

/** A kind of file, and how sharp makes it. */
export interface Kind {
  readonly name: string;
  readonly calls: Calls;
  readonly hasAlpha?: true;
  /** What becomes of the file that sharp has made. */
  readonly wrap?: (file: Uint8Array) => Uint8Array;
  /** Below which likeness is a mistake, if it is not the usual one. */
  readonly floor?: number;
  /** What a colour may be off, of 255, besides what is usual. */
  readonly off?: number;
}

const ORIENTATIONS = [1, 2, 3, 4, 5, 6, 7, 8].map((orientation): Kind => ({
  name: `JPEG, EXIF orientation ${orientation}`,
  calls: [...OPAQUE, ["withMetadata", { orientation }], ["jpeg", QUALITY]],
}));

function png(
  name: string,
  options: { readonly [name: string]: unknown; readonly colours?: number },
  calls: Calls = OPAQUE,
): Kind {
  // Dots of one colour, which encoders for photographs are no good at.
  const floor = (options.colours ?? 256) > 4 ? {} : { floor: 0.95 };
  const kind: Kind = { name, calls: [...calls, ["png", options]], ...floor };
  return calls[0] === CLEAR[0] ? { ...kind, hasAlpha: true } : kind;
}

const GREY: Calls = [...OPAQUE, ["toColourspace", "b-w"]];
const DEEP: Calls = [...OPAQUE, ["toColourspace", "rgb16"]];
const DEEP_GREY: Calls = [...OPAQUE, ["toColourspace", "grey16"]];
const CLEAR_GREY: Calls = [...CLEAR, ["toColourspace", "b-w"]];
const CLEAR_DEEP: Calls = [...CLEAR, ["toColourspace", "rgb16"]];

export const KINDS: readonly Kind[] = [
  { name: "JPEG, 4:2:0", calls: [...OPAQUE, ["jpeg", QUALITY]] },
  {
    name: "JPEG, 4:4:4",
    calls: [...OPAQUE, ["jpeg", { ...QUALITY, chromaSubsampling: "4:4:4" }]],
  },
  {
    name: "JPEG, progressive",
    calls: [...OPAQUE, ["jpeg", { ...QUALITY, progressive: true }]],
  },
  { name: "JPEG, grey", calls: [...GREY, ["jpeg", QUALITY]] },
  {
    name: "JPEG, CMYK",
    calls: [...OPAQUE, ["toColourspace", "cmyk"], ["jpeg", QUALITY]],
    // Without a profile, sharp takes inks for a printer's, and we for ideal.
    floor: 0.92,
    off: 30,
  },
  {
    name: "JPEG, CMYK with a printer's profile",
    calls: [...OPAQUE, ["withIccProfile", "cmyk"], ["jpeg", QUALITY]],
    // Its black is blue, which sharp's lcms2, of 2.19, takes out of all colours.
    off: 4,
  },
  {
    name: "JPEG, Display P3",
    calls: [...OPAQUE, ["withIccProfile", "p3"], ["jpeg", QUALITY]],
  },
  ...ORIENTATIONS,
  png("PNG, truecolour", {}),
  png("PNG, truecolour, interlaced", { progressive: true }),
  png("PNG, truecolour, Display P3", {}, [...OPAQUE, ["withIccProfile", "p3"]]),
  png("PNG, truecolour with alpha", {}, CLEAR),
  png("PNG, truecolour with alpha, interlaced", { progressive: true }, CLEAR),
  png("PNG, truecolour, 16 bits", {}, DEEP),
  png("PNG, truecolour with alpha, 16 bits", {}, CLEAR_DEEP),
  png("PNG, grey", {}, GREY),
  png("PNG, grey, interlaced", { progressive: true }, GREY),
  png("PNG, grey, 16 bits", {}, DEEP_GREY),
  png("PNG, grey with alpha", {}, CLEAR_GREY),
  png("PNG, EXIF orientation 3", {}, [
    ...OPAQUE,
    ["withMetadata", { orientation: 3 }],
  ]),
  png("PNG, palette of 256", { palette: true }),
  png("PNG, palette of 16", { palette: true, colours: 16 }),
  png("PNG, palette of 4", { palette: true, colours: 4 }),
  png("PNG, palette of 2", { palette: true, colours: 2 }),
  png("PNG, palette with alpha", { palette: true }, CLEAR),
  png("PNG, palette, interlaced", { palette: true, progressive: true }),
  { name: "WebP", calls: [...OPAQUE, ["webp", QUALITY]] },
  { name: "WebP, lossless", calls: [...OPAQUE, ["webp", { lossless: true }]] },
  {
    name: "WebP with alpha",
    calls: [...CLEAR, ["webp", QUALITY]],
    hasAlpha: true,
  },
  {
    name: "WebP, lossless with alpha",
    calls: [...CLEAR, ["webp", { lossless: true }]],
    hasAlpha: true,
  },
  {
    name: "WebP, EXIF orientation 6",
    calls: [
      ...OPAQUE,
      ["withMetadata", { orientation: 6 }],
      ["webp", QUALITY],
    ],
  },
  {
    name: "WebP, animated",
    calls: [...OPAQUE, ["webp", QUALITY]],
    wrap: (file) => animation(webpSize(file), [{ file }, { file }]),
  },
  {
    name: "WebP, animated, lossless with alpha",
    calls: [...CLEAR, ["webp", { lossless: true }]],
    hasAlpha: true,
    wrap: (file) => animation(webpSize(file), [{ file }]),
  },
  {
    name: "WebP, animated, on a larger canvas",
    calls: [...CLEAR, ["webp", QUALITY]],
    hasAlpha: true,
    wrap: (file) => {
      const { width, height } = webpSize(file);
      // Of the shape of the tests' box, since sharp cuts at whole pixels and
      // the edge of the frame would show it.
      const canvas = { width: width + 49, height: height + 100 };
      return animation(canvas, [{ file, left: 32, top: 6 }, { file }]);
    },
  },
];

/** The files, in the order of `KINDS`. */
export function makePictures(size: Size = SIZE): Promise<Uint8Array[]> {
  return makeKinds(KINDS, size);
}

/** One file of the kind with this name. */
export async function makePicture(
  name: string,
  size: Size = SIZE,
): Promise<Uint8Array> {
  const all = [...KINDS, ...AVIF_KINDS, ...QUICK_KINDS];
  const kinds = all.filter((it) => it.name === name);
  const [file] = await makeKinds(kinds, size);
  if (file === undefined) throw new Error(`There is no ${name}`);
  return file;
}

/** Files of kinds that are not the engine's to read. */
export const AVIF_KINDS: readonly Kind[] = [
  { name: "AVIF", calls: [...OPAQUE, ["avif", QUALITY]] },
  {
    name: "AVIF, 4:4:4",
    calls: [...OPAQUE, ["avif", { ...QUALITY, chromaSubsampling: "4:4:4" }]],
  },
  {
    name: "AVIF with alpha",
    calls: [...CLEAR, ["avif", QUALITY]],
    hasAlpha: true,
  },
];

/** The same, made in less time: sharp needs seconds for a megapixel. */
export const QUICK_KINDS: readonly Kind[] = [
  { name: "AVIF, quick", calls: [...OPAQUE, ["avif", QUICK]] },
  {
    name: "AVIF with alpha, quick",
    calls: [...CLEAR, ["avif", QUICK]],
    hasAlpha: true,
  },
];

/** The files, in the order of `kinds`. */
export async function makeKinds(
  kinds: readonly Kind[],
  size: Size,
): Promise<Uint8Array[]> {
  const input = new TextEncoder().encode(svg(size, DRAWING));
  const mask = [{ input: svg(size, MASK), blend: "dest-in" }];
  const files = await sharp(kinds.map(({ calls }) => ({
    input,
    calls: calls.map((call) => call[1] === "MASK" ? [call[0], mask] : call),
  })));
  return files.map((file, at) => kinds[at]?.wrap?.(file) ?? file);
}

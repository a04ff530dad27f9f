/**
 * The costliest requests that `image-proxy` accepts, and refuses.
 *
 * @module
 */
import { LOAD } from "../../supabase/functions/image-proxy/policy.ts";
import { write } from "../../supabase/functions/image-proxy/bmp/write.ts";
import { sharp } from "../engine/oracle.ts";
import { makeKinds, makePicture } from "../engine/pictures.ts";
import { filmed } from "../gif/gallery.ts";
import { phoneFile } from "../heic/pictures.ts";
import { iconOf, plainOf } from "../ico/icons.ts";
import { dice } from "../index/random.ts";
import { TIFF_KINDS } from "../tiff/pictures.ts";
import type { Contract, Costly } from "./contract.ts";
import { hang, linkTo, SHOP } from "./pictures.ts";

/** By about 4 to 3. */
function megapixels(n: number): { width: number; height: number } {
  const height = Math.floor(Math.sqrt(n * 1e6 * 3 / 4));
  return { width: Math.floor(n * 1e6 / height), height };
}

const SMALL = "width=828&format=webp";
const LARGE = "width=2500&height=2500&resize=fill";

/** Those that take most memory: what is in them is kept, or they are AVIF. */
export const HUNGRY: readonly Costly[] = [
  costly("16 MP of progressive JPEG", "JPEG, progressive", 15.9, SMALL),
  costly(
    "12 MP of interlaced PNG",
    "PNG, truecolour with alpha, interlaced",
    11.8,
    SMALL,
  ),
  costly("12 MP of lossless WebP", "WebP, lossless with alpha", 11.8, SMALL),
  costly("2 MP of AVIF to JPEG", "AVIF, quick", 2.1, "format=jpeg"),
  costly("2 MP of AVIF to AVIF", "AVIF, quick", 2.1, "width=750&format=avif"),
  costly(
    "1.1 MP of AVIF with alpha to AVIF",
    "AVIF with alpha, quick",
    1.1,
    "width=640&format=avif",
  ),
  costly(
    "12 MP of JPEG to 1 MP of AVIF",
    "JPEG, 4:2:0",
    12,
    "width=1200&format=avif",
  ),
];

/** The costliest that is accepted of formats that the engine does not read. */
export const OTHERS: readonly Costly[] = [
  of("8 MP of TIFF in LZW", () => tiff("LZW of differences", 8), SMALL),
  of("8 MP of TIFF in JPEG", () => tiff("JPEG in tiles", 8), SMALL),
  of("12 MP of JPEG to TIFF", () => photo(12), "width=1600&format=tiff"),
  of("8 MP of BMP", () => bmp(8), SMALL),
  of("12 MP of JPEG to GIF", () => photo(12), "width=1600&format=gif"),
  of("4 MP of an icon and its mask", () => icon(plainOf(2_000, 99)), SMALL),
  of("8 MP of PNG in an icon", async () => icon(await alpha(8)), SMALL),
  of("9 MP of GIF", () => gif(9), SMALL),
  of("30 frames of GIF to WebP", () => film(30), "width=240&format=webp"),
  of("30 frames of GIF to GIF", () => film(30), "width=240&format=gif"),
  of("24 MP of HEIC in tiles", () => phoneFile(12, 8), SMALL),
  of("an SVG of blurs", () => Promise.resolve(blurs(4)), "width=600"),
  of("an SVG of text", () => Promise.resolve(letters(140)), "width=600"),
];

/** Each at one of the limits, or what a camera makes. */
export const COSTLY: Contract["costly"] = [
  costly("12 MP of JPEG to 828 pixels", "JPEG, 4:2:0", 12, SMALL),
  costly("50 MP of JPEG to 828 pixels", "JPEG, 4:2:0", 50, SMALL),
  costly("12 MP of progressive JPEG", "JPEG, progressive", 12, SMALL),
  costly("8 MP of PNG with alpha", "PNG, truecolour with alpha", 8, SMALL),
  costly("12 MP of WebP", "WebP", 12, SMALL),
  costly(
    "as many pixels of WebP as are made",
    "JPEG, 4:2:0",
    12,
    `${LARGE}&format=webp`,
  ),
  costly(
    "as many pixels of JPEG as are made",
    "JPEG, 4:2:0",
    12,
    `${LARGE}&format=jpeg`,
  ),
  ...HUNGRY,
  ...OTHERS,
  refused("25 MiB that are no picture", 415, (bytes) => bytes),
  refused("25 MiB of one segment after another", 422, (bytes) => {
    bytes.set([0xff, 0xd8]);
    for (let at = 2; at + 4 < bytes.length; at += 4) {
      bytes.set([0xff, 0xe0, 0, 2], at);
    }
    return bytes;
  }),
];

/** `options` of a picture of so many megapixels, each time made anew. */
function costly(
  name: string,
  kind: string,
  mp: number,
  options: string,
): Costly {
  return of(name, () => makePicture(kind, megapixels(mp)), options);
}

function photo(mp: number): Promise<Uint8Array> {
  return makePicture("JPEG, 4:2:0", megapixels(mp));
}

async function tiff(name: string, mp: number): Promise<Uint8Array> {
  const kinds = TIFF_KINDS.filter((it) => it.name === `TIFF, ${name}`);
  const [file] = await makeKinds(kinds, megapixels(mp));
  if (file === undefined) throw new Error(`There is no ${name}`);
  return file;
}

/** Of any pixels. */
function bmp(mp: number): Promise<Uint8Array> {
  const { width, height } = megapixels(mp);
  const { below } = dice(mp);
  const pixels = new Uint8Array(4 * width * height);
  for (let at = 0; at < pixels.length; at++) pixels[at] = below(256);
  return Promise.resolve(write({ width, height, hasAlpha: false, pixels }));
}

function icon(picture: Uint8Array): Promise<Uint8Array> {
  return Promise.resolve(iconOf([picture]));
}

function alpha(mp: number): Promise<Uint8Array> {
  return makePicture("PNG, truecolour with alpha", megapixels(mp));
}

async function gif(mp: number): Promise<Uint8Array> {
  const [file = new Uint8Array()] = await sharp([{
    input: await photo(mp),
    calls: [["gif", { effort: 1 }]],
  }]);
  return file;
}

function film(frames: number): Promise<Uint8Array> {
  return filmed(frames, [["gif", { effort: 1 }]], { width: 480, height: 270 });
}

/** One line below the other. */
function letters(lines: number): Uint8Array {
  const drawn = Array.from({ length: lines }, (_, i) => `
    <text y="${i / 2}" font-size="3" fill="#${
    (4321 * i & 0xfff).toString(16).padStart(3, "0")
  }">Grüße an alle Welt, Привет и Ελλάδα: 0123456789</text>`);
  return new TextEncoder().encode(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 125">
      ${drawn.join("")}
    </svg>`,
  );
}

/** One over the other, each of all of the picture. */
function blurs(count: number): Uint8Array {
  const drawn = Array.from({ length: count }, (_, i) => `
    <g filter="url(#blur)" opacity=".5">
      <circle cx="${20 + 5 * i}" cy="${30 + 3 * i}" r="${40 - i}" fill="#${
    (0x123456 * (i + 1) & 0xffffff).toString(16).padStart(6, "0")
  }"/>
    </g>`);
  return new TextEncoder().encode(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">
      <filter id="blur" x="0" y="0" width="1" height="1">
        <feGaussianBlur stdDeviation="3"/>
      </filter>${drawn.join("")}
    </svg>`,
  );
}

/** `options` of a file that `make` makes. */
function of(
  name: string,
  make: () => Promise<Uint8Array>,
  options: string,
): Costly {
  return {
    name,
    status: 200,
    times: 3,
    async prepare(place) {
      const file = `${crypto.randomUUID()}`;
      await hang(place.world, file, await make());
      const url = await linkTo(place, SHOP, file, options);
      return () => place.call(url);
    },
  };
}

function refused(
  name: string,
  status: number,
  fill: (bytes: Uint8Array) => Uint8Array,
): Costly {
  return {
    name,
    status,
    async prepare(place) {
      const file = `${crypto.randomUUID()}`;
      await hang(place.world, file, fill(new Uint8Array(LOAD.maxBytes)));
      return () => place.call(`/public/${SHOP}/${file}?width=32`);
    },
  };
}

/**
 * The costliest requests that `image-proxy` accepts, and refuses.
 *
 * @module
 */
import { LOAD } from "../../supabase/functions/image-proxy/policy.ts";
import { makePicture } from "../engine/pictures.ts";
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
  return {
    name,
    status: 200,
    times: 3,
    async prepare(place) {
      const file = `${crypto.randomUUID()}`;
      await hang(place.world, file, await makePicture(kind, megapixels(mp)));
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

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

/**
 * Each at one of the limits, or what a camera makes. What AVIF takes depends on
 * what was made before it: `bench/README.md` has it.
 */
export const COSTLY: Contract["costly"] = [
  costly(
    "12 MP of JPEG to 828 pixels",
    "JPEG, 4:2:0",
    12,
    "width=828&format=webp",
  ),
  costly(
    "50 MP of JPEG to 828 pixels",
    "JPEG, 4:2:0",
    50,
    "width=828&format=webp",
  ),
  costly(
    "12 MP of progressive JPEG",
    "JPEG, progressive",
    12,
    "width=828&format=webp",
  ),
  costly(
    "8 MP of PNG with alpha",
    "PNG, truecolour with alpha",
    8,
    "width=828&format=webp",
  ),
  costly("12 MP of WebP", "WebP", 12, "width=828&format=webp"),
  costly(
    "as many pixels of WebP as are made",
    "JPEG, 4:2:0",
    12,
    "width=2500&height=2500&resize=fill&format=webp",
  ),
  costly(
    "as many pixels of JPEG as are made",
    "JPEG, 4:2:0",
    12,
    "width=2500&height=2500&resize=fill&format=jpeg",
  ),
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

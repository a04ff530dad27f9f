/**
 * Links to images, which are ours to sign.
 *
 * @module
 */
import type { ImageLinks } from "../_shared/image_link.ts";
import type { Signed } from "./links.ts";
import type { Sight } from "./plan.ts";
import { endOf } from "./policy.ts";

/**
 * Those of `sights` that are images, with links to them. Whoever asks again gets
 * the same ones for a while, since they end at the same time.
 *
 * @throws {Problem} "Image links not configured".
 */
export async function signImages(
  sights: readonly Sight[],
  links: ImageLinks,
  now = Date.now(),
): Promise<Signed[]> {
  return await Promise.all(
    sights.flatMap(({ image, ...sight }) =>
      image === undefined ? [] : [signOne({ ...sight, image }, links, now)]
    ),
  );
}

async function signOne(
  sight: Sight & { readonly image: string },
  links: ImageLinks,
  now: number,
): Promise<Signed> {
  const { bucket, path, image, expiresIn } = sight;
  const expires = endOf(expiresIn, now);
  const token = await links.sign({ bucket, path }, image, expires);
  const url = `/sign/${bucket}/${encodeURI(path)}?token=${token}`;
  return { ...sight, link: { url, expires } };
}

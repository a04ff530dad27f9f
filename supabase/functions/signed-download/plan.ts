/**
 * From the items of a request to what Storage has to sign, and back. No I/O.
 *
 * @module
 */
import { objectNotFound } from "../_shared/place.ts";
import { downloadParameter } from "../_shared/filename.ts";
import { type Bucket, type BucketName, BUCKETS, lifetimeOf } from "./policy.ts";

/** What Storage makes of an image. At least one member. */
export interface Transform {
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly resize?: "cover" | "contain" | "fill" | undefined;
  readonly quality?: number | undefined;
  readonly format?: "origin" | undefined;
}

/** What somebody wants to link to. */
export interface Item {
  readonly bucket: BucketName;
  readonly path: string;
  /** In seconds. */
  readonly expiresIn: number;
  /** `true`: save it under its own name. */
  readonly download?: string | true | undefined;
  readonly transform?: Transform | undefined;
  /** Options of `image-proxy`, as a query: see `_shared/image_options.ts`. */
  readonly image?: string | undefined;
}

/** What has to be signed for an item. Items with one key share one link. */
export interface Wish {
  readonly key: string;
  readonly bucket: BucketName;
  readonly path: string;
  readonly expiresIn: number;
  readonly transform: Transform | undefined;
  /** The transform or the image's options as text; empty without any. */
  readonly options: string;
  /** Of a link that is ours to sign. */
  readonly image: string | undefined;
}

/** A wish of somebody who may see the object. */
export interface Sight extends Wish {
  /** Of the object. */
  readonly version: string;
}

/** A URL that has been signed. */
export interface Link {
  /**
   * Below Storage's address: `/object/sign/…?token=…`, and the version. Of an
   * image, below that of `image-proxy`: `/sign/…?token=…`.
   */
  readonly url: string;
  /** Seconds since 1970. */
  readonly expires: number;
}

/** Where links lead, as callers know it; without a slash at the end. */
export interface Addresses {
  readonly storage: string;
  /** Of `image-proxy`. */
  readonly images: string;
}

/** What one call of Storage signs. */
export interface Order<W extends Wish = Wish> {
  readonly bucket: BucketName;
  readonly lifetimeS: number;
  readonly transform: Transform | undefined;
  /** One alone if there is a transform. */
  readonly wishes: readonly W[];
}

/** The options of `transform` in one order, as Storage's render route has them. */
export function optionsOf(transform: Transform = {}): string {
  const { width, height, resize, quality, format } = transform;
  return Object.entries({ width, height, resize, quality, format })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

/** What has to be signed for `items`, each once. Public objects need nothing. */
export function wishesOf(items: readonly Item[]): Wish[] {
  const wishes = items.filter(({ bucket }) => !ruleOf(bucket).isPublic)
    .map(wishOf);
  return [...new Map(wishes.map((it) => [it.key, it])).values()];
}

function wishOf({ bucket, path, expiresIn, transform, image }: Item): Wish {
  // The database knows links by this, and has none to images.
  const options = image === undefined ? optionsOf(transform) : `image?${image}`;
  const key = JSON.stringify([bucket, path, expiresIn, options]);
  return { key, bucket, path, expiresIn, transform, options, image };
}

function ruleOf(bucket: BucketName): Bucket {
  return BUCKETS[bucket];
}

/**
 * The calls that sign `wishes`: one for all of a bucket that were asked for the
 * same time, since Storage's batch route takes one lifetime, and giving each the
 * longest would make a link for a minute live for a day. One for each transform,
 * which that route does not take.
 */
export function ordersOf<W extends Wish>(wishes: readonly W[]): Order<W>[] {
  const groups = Map.groupBy(
    wishes.filter(({ image }) => image === undefined),
    ({ bucket, expiresIn, transform, key }) =>
      transform === undefined ? `${bucket} ${expiresIn}` : key,
  );
  return [...groups.values()].flatMap((together) => {
    const [first] = together;
    if (first === undefined) return [];
    const { bucket, expiresIn, transform } = first;
    const lifetimeS = lifetimeOf(expiresIn);
    return [{ bucket, lifetimeS, transform, wishes: together }];
  });
}

/**
 * The answer to each of `items`, in order.
 *
 * @param links By the keys of wishes. What has none is not there.
 */
export function answersOf(
  items: readonly Item[],
  links: ReadonlyMap<string, Link>,
  addresses: Addresses,
): unknown[] {
  return items.map((item) => {
    const { bucket, path } = item;
    if (ruleOf(bucket).isPublic) {
      return {
        bucket,
        path,
        url: publicUrl(item, addresses),
        expiresAt: null,
      };
    }
    const link = links.get(wishOf(item).key);
    if (link === undefined) {
      return {
        bucket,
        path,
        problem: objectNotFound("You see no such object"),
      };
    }
    const url = item.image === undefined
      ? `${addresses.storage}${link.url}${downloadOf(item, "&")}`
      : addresses.images + link.url;
    const expiresAt = new Date(link.expires * 1000).toISOString();
    return { bucket, path, url, expiresAt };
  });
}

/** The URL of an object in a public bucket, whether it is there or not. */
export function publicUrl(item: Item, { storage, images }: Addresses): string {
  const { bucket, path, transform, image } = item;
  if (image !== undefined) {
    return `${images}/public/${bucket}/${encodeURI(path)}?${image}`;
  }
  const options = optionsOf(transform);
  const route = options === "" ? "object" : "render/image";
  const query = options === "" ? "" : `?${options}`;
  return `${storage}/${route}/public/${bucket}/${encodeURI(path)}${query}` +
    downloadOf(item, options === "" ? "?" : "&");
}

/** storage-js would encode the name twice, so that "é" arrived as "%C3%A9". */
function downloadOf({ download }: Item, joint: string): string {
  if (download === undefined) return "";
  const name = download === true ? "" : downloadParameter(download);
  return `${joint}download=${name}`;
}

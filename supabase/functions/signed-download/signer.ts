/**
 * Storage, as far as it signs downloads.
 *
 * @module
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import { storageUnavailable } from "../_shared/place.ts";
import type { Signed } from "./links.ts";
import type { Link, Order, Sight } from "./plan.ts";

/** Calls under way at the same time. */
const AT_ONCE = 6;

/** In seconds. Between the clocks of Storage and of this function. */
const TOLERANCE_S = 5 * 60;

/** What a signed URL consists of behind its path. */
const TOKEN = /^\?token=[\w-]+\.([\w-]+)\.[\w-]+$/;

/** The port. */
export interface Signer {
  /**
   * What could be signed of `orders`. An object that has gone is left out.
   *
   * @throws {Problem} "Storage unavailable", and then nothing was signed.
   */
  sign(orders: readonly Order<Sight>[]): Promise<readonly Signed[]>;
}

/**
 * Storage as Supabase provides it.
 *
 * @param caller Signs, so that policies decide a second time.
 * @param storageUrl Where `caller` finds Storage.
 */
export function supabaseSigner(
  caller: SupabaseClient,
  storageUrl: string,
): Signer {
  async function signOne(order: Order<Sight>): Promise<Signed[]> {
    const urls = await urlsOf(caller, order).catch((cause) => {
      // storage-js throws whatever it stumbles over in an answer.
      throw unavailable("Cannot sign a download at the moment", cause);
    });
    return order.wishes.flatMap((wish) => {
      const url = urls.get(wish.path);
      if (url === null) return [];
      return [{ ...wish, link: linkOf(url ?? "", wish, order, storageUrl) }];
    });
  }

  return {
    async sign(orders) {
      const waiting = orders.values();
      const signed: Signed[] = [];
      async function work(): Promise<void> {
        for (const order of waiting) signed.push(...await signOne(order));
      }
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      return signed;
    },
  };
}

/** What Storage answers, by paths: null for an object that it does not find. */
async function urlsOf(
  caller: SupabaseClient,
  { bucket, lifetimeS, transform, wishes }: Order<Sight>,
): Promise<Map<string, string | null>> {
  const files = caller.storage.from(bucket);
  const paths = wishes.map(({ path }) => path);
  const [path] = paths;
  if (transform === undefined || path === undefined) {
    const { data, error } = await files.createSignedUrls(paths, lifetimeS);
    if (error) throw error;
    return new Map(data.map((it) => [it.path ?? "", it.signedUrl]));
  }
  const { data, error } = await files.createSignedUrl(
    encodeURI(path),
    lifetimeS,
    {
      transform: defined(transform),
    },
  );
  // Storage answers 400 to nearly everything, and says in the body what it means.
  if (error?.statusCode === "404") return new Map([[path, null]]);
  if (error) throw error;
  return new Map([[path, data.signedUrl]]);
}

/** storage-js has no member that is there and undefined. */
function defined<T extends object>(given: T) {
  const entries = Object.entries(given).filter(([, it]) => it !== undefined);
  return Object.fromEntries(entries) as {
    [Key in keyof T]: Exclude<T[Key], undefined>;
  };
}

/**
 * The link in `signedUrl`, if it is one to what was asked for, for as long as
 * was asked for. A server without image transformation signs the object itself.
 */
function linkOf(
  signedUrl: string,
  { bucket, path, transform, version }: Sight,
  { lifetimeS }: Order<Sight>,
  storageUrl: string,
): Link {
  const object = `/sign/${bucket}/${encodeURI(path)}`;
  const routes = transform === undefined
    ? ["object"]
    : ["render/image", "object"];
  const head = routes.map((route) => `/${route}${object}`)
    .find((it) => signedUrl.startsWith(`${storageUrl}${it}?`));
  const tail = signedUrl.slice(storageUrl.length + (head?.length ?? 0));
  const payload = tail.match(TOKEN)?.[1];
  if (head === undefined || payload === undefined) {
    throw unavailable("Cannot use the link that Storage gave");
  }
  const expires = expiryOf(payload);
  const wanted = Date.now() / 1000 + lifetimeS;
  if (!(Math.abs(expires - wanted) <= TOLERANCE_S)) {
    throw unavailable("Cannot use a link of another lifetime");
  }
  // A token is made of seconds, and so the same for two versions in one. The
  // name of the parameter is storage-js's.
  const nonce = `&cacheNonce=${encodeURIComponent(version)}`;
  return { url: head + tail + nonce, expires };
}

/** The `exp` of a token's payload; not a number if it cannot be read. */
function expiryOf(payload: string): number {
  try {
    const text = atob(payload.replaceAll("-", "+").replaceAll("_", "/"));
    const { exp } = JSON.parse(text);
    return Number.isSafeInteger(exp) ? exp : NaN;
  } catch {
    return NaN;
  }
}

function unavailable(detail: string, cause?: unknown) {
  return storageUnavailable(detail, {}, { cause });
}

/**
 * Pictures as Storage has them. Nothing else is ever read: a request names a
 * bucket and a path, and no address.
 *
 * @module
 */
import { bodyUpTo, type Reading } from "../_shared/answer.ts";
import { unauthenticated } from "../_shared/caller.ts";
import type { Get } from "../_shared/get.ts";
import {
  objectNotFound,
  type Place,
  storageUnavailable,
} from "../_shared/place.ts";
import { Problem, problem } from "../_shared/problem.ts";
import { storageErrorIn } from "../_shared/storage_error.ts";
import { bareTag } from "../_shared/tag.ts";

const imageTooLarge = problem(413, "Image too large");

/** What Storage says of an object. */
export interface About {
  /** Without quotes; `undefined` where Storage has none. */
  readonly etag: string | undefined;
  /** As it came: a date of HTTP. */
  readonly lastModified: string | undefined;
  readonly cacheControl: string | undefined;
}

/** An object with its bytes. */
export interface Source extends About {
  readonly bytes: Uint8Array;
}

/** The port: objects, as one kind of caller sees them. */
export interface Sources {
  /** What is known of an object; `undefined` if that needs `read` to say. */
  look(place: Place): Promise<About | undefined>;
  /**
   * @throws {Problem} "Object not found", also for one that is not the caller's
   * to see, "Unauthenticated" for a token that Storage refuses, "Image too large",
   * "Storage unavailable", or what `check` throws.
   */
  read(place: Place, bounds: Bounds): Promise<Source>;
}

/** What of an object is taken, and how. */
export interface Bounds extends Reading {
  readonly maxBytes: number;
}

/** As whom objects are asked for. */
export type Viewer = "public" | "caller" | "service";

/** Storage as Supabase provides it. */
export function supabaseSources(get: Get, viewer: Viewer): Sources {
  const door = viewer === "public" ? "public" : "authenticated";
  const ask = async ({ bucket, path }: Place, method: "GET" | "HEAD") => {
    const where = `${bucket}/${encodeURI(path)}`;
    // What is decoded on the way is not what is stored.
    const headers = { "accept-encoding": "identity" };
    try {
      return await get(`/storage/v1/object/${door}/${where}`, headers, method);
    } catch (cause) {
      throw unavailable(cause);
    }
  };
  return {
    async look(place) {
      const response = await ask(place, "HEAD");
      await response.body?.cancel();
      return response.ok ? aboutOf(response.headers) : undefined;
    },

    async read(place, bounds) {
      const { maxBytes } = bounds;
      const response = await ask(place, "GET");
      const { status, headers } = response;
      if (status !== 200) throw await explain(response, viewer);
      if (headers.has("content-encoding")) {
        await response.body?.cancel();
        throw unavailable("The object came encoded");
      }
      const isLong = Number(headers.get("content-length")) > maxBytes;
      if (isLong) await response.body?.cancel();
      const bytes = isLong ? undefined : await received(response, bounds);
      if (bytes === undefined) {
        throw imageTooLarge(`Cannot read more than ${maxBytes} bytes`, {
          maxBytes,
        });
      }
      return { ...aboutOf(headers), bytes };
    },
  };
}

async function received(
  response: Response,
  { maxBytes, ...reading }: Bounds,
): Promise<Uint8Array | undefined> {
  try {
    return await bodyUpTo(response, maxBytes, reading);
  } catch (cause) {
    throw cause instanceof Problem ? cause : unavailable(cause);
  }
}

/** What the headers of an object say, or of a picture of it. */
export function aboutOf(headers: Headers): About {
  return {
    etag: bareTag(headers.get("etag")),
    lastModified: headers.get("last-modified") ?? undefined,
    cacheControl: headers.get("cache-control") ?? undefined,
  };
}

async function explain(response: Response, viewer: Viewer): Promise<Error> {
  const { statusCode } = await storageErrorIn(response);
  // What policies hide is not there; only a token that is none is refused.
  if (statusCode === "403" && viewer === "caller") return unauthenticated();
  const isHidden = ["400", "403", "404"].includes(statusCode);
  // A bucket that is not there or not public, an object that is not there or
  // somebody else's: all the same to who asks.
  if (response.status < 500 && isHidden) {
    return objectNotFound("You see no such object");
  }
  return unavailable(`Status ${response.status}`);
}

function unavailable(cause: unknown) {
  const detail = "Cannot read the object at the moment";
  return storageUnavailable(detail, {}, { cause });
}

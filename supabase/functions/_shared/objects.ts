/**
 * Objects of Storage as the project itself handles them, whoever owns them.
 *
 * @module
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import { type Bytes, windowed } from "./bytes.ts";
import type { Get } from "./clients.ts";
import { storageUnavailable } from "./storage.ts";

/** Where an object is. */
export interface Place {
  readonly bucket: string;
  readonly path: string;
}

/** What is known of an object before it is read. */
export interface Stored {
  readonly place: Place;
  /** In bytes. */
  readonly size: number;
  /** As Storage has recorded it. */
  readonly etag: string | null;
}

/** Thrown by who reads what has been moved or removed. */
export class ObjectGone extends Error {
  override readonly name = "ObjectGone";
}

/** The port. */
export interface Objects {
  /**
   * The bytes of an object, to be read in pieces. Each read throws `ObjectGone`
   * if there is none, and "Storage unavailable" if what is there is not of this
   * size and ETag any more.
   */
  open(object: Stored): Bytes;
  /** Whether it was there to be moved. */
  move(from: Place, to: Place): Promise<boolean>;
  /** None to remove is as good. */
  remove(place: Place): Promise<void>;
}

/** Objects as Supabase keeps them. */
export function supabaseObjects(service: SupabaseClient, get: Get): Objects {
  return {
    open: (object) =>
      windowed(
        object.size,
        (first, length) => readRange(get, object, [first, length]),
      ),

    async move({ bucket, path }, to) {
      const { error } = await service.storage.from(bucket)
        .move(path, to.path, { destinationBucket: to.bucket });
      if (error && "statusCode" in error && error.statusCode === "404") {
        return false;
      }
      if (error) throw unavailable("Cannot move the object", error);
      return true;
    },

    async remove({ bucket, path }) {
      const { error } = await service.storage.from(bucket).remove([path]);
      if (error) throw unavailable("Cannot remove the object", error);
    },
  };
}

async function readRange(
  get: Get,
  { place, size, etag }: Stored,
  [first, length]: readonly [first: number, length: number],
): Promise<Uint8Array> {
  const path = `${place.bucket}/${encodeURI(place.path)}`;
  const last = first + length - 1;
  const response = await get(`/storage/v1/object/authenticated/${path}`, {
    range: `bytes=${first}-${last}`,
    // What is decoded on the way is not what is stored.
    "accept-encoding": "identity",
  }).catch((error) => {
    throw unavailable("Cannot read the object", error);
  });
  const { status, headers } = response;
  const isPart = status === 206 &&
    headers.get("content-range") === `bytes ${first}-${last}/${size}`;
  const isWhole = status === 200 && first === 0 && length === size;
  const isSame = etag === null || bare(headers.get("etag")) === bare(etag);
  if ((isPart || isWhole) && isSame && !headers.has("content-encoding")) {
    const bytes = await take(response, length);
    if (bytes?.length === length) return bytes;
  } else if (await saysGone(response)) {
    throw new ObjectGone("There is no object");
  }
  throw unavailable("Cannot read the object", new Error(`Status ${status}`));
}

/** In bytes: what Storage says of a failure is much shorter. */
const MAX_ERROR = 4096;

/** Storage answers 400 to nearly everything, and says in the body what it means. */
async function saysGone(response: Response): Promise<boolean> {
  if (response.status < 400) {
    await response.body?.cancel().catch(() => {});
    return false;
  }
  const text = new TextDecoder().decode(await take(response, MAX_ERROR));
  return /"statusCode":\s*"?404\b/.test(text);
}

/** Without what proxies add, which say that it is compressed. */
function bare(etag: string | null): string | undefined {
  return etag?.replace(/^W\//, "").replaceAll('"', "");
}

/** A body of at most `max` bytes, and no more of it than that in memory. */
async function take(
  { body }: Response,
  max: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  try {
    for await (const chunk of body ?? []) {
      length += chunk.length;
      if (length > max) return undefined;
      chunks.push(chunk);
    }
  } catch (error) {
    throw unavailable("Cannot read the object", error);
  }
  return await new Blob(chunks).bytes();
}

function unavailable(detail: string, cause: unknown) {
  return storageUnavailable(`${detail} at the moment`, {}, { cause });
}

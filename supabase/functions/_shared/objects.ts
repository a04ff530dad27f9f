/**
 * Objects of Storage as the project itself handles them, whoever owns them.
 *
 * @module
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import { bodyUpTo } from "./answer.ts";
import { type Bytes, windowed } from "./bytes.ts";
import type { Get } from "./get.ts";
import { type Place, storageUnavailable } from "./place.ts";
import { storageErrorIn } from "./storage_error.ts";
import { bareTag } from "./tag.ts";

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
  /**
   * Whether it was moved: not if it is gone, nor if the guard of the migration
   * `…_arrival.sql` knows another version of it.
   */
  move(from: Place, to: Place): Promise<boolean>;
  /** None to remove is as good. */
  remove(place: Place): Promise<void>;
}

/**
 * Storage answers 400 to nearly everything, says in the body what it means, and
 * 404 of a bucket as well.
 */
const NOT_THERE = /object not found/i;

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
      if (error === null) return true;
      const code = "statusCode" in error ? error.statusCode : undefined;
      const isGone = code === "404" && NOT_THERE.test(error.message);
      if (isGone || code === "403") return false;
      throw unavailable("Cannot move the object", error);
    },

    async remove({ bucket, path }) {
      const { error } = await service.storage.from(bucket).remove([path]);
      if (error) throw unavailable("Cannot remove the object", error);
    },
  };
}

async function readRange(
  get: Get,
  object: Stored,
  range: readonly [first: number, length: number],
): Promise<Uint8Array> {
  const { place } = object;
  const [first, length] = range;
  const path = `${place.bucket}/${encodeURI(place.path)}`;
  try {
    const response = await get(`/storage/v1/object/authenticated/${path}`, {
      range: `bytes=${first}-${first + length - 1}`,
      // What is decoded on the way is not what is stored.
      "accept-encoding": "identity",
    });
    if (holds(response, object, range)) {
      const bytes = await bodyUpTo(response, length);
      if (bytes?.length === length) return bytes;
    } else if (await saysGone(response)) {
      throw new ObjectGone("There is no object");
    }
    throw new Error(`Status ${response.status}`);
  } catch (error) {
    if (error instanceof ObjectGone) throw error;
    throw unavailable("Cannot read the object", error);
  }
}

/** Whether an answer is that range of that object, by what it says of itself. */
function holds(
  { status, headers }: Response,
  { size, etag }: Stored,
  [first, length]: readonly [first: number, length: number],
): boolean {
  const range = `bytes ${first}-${first + length - 1}/${size}`;
  const isPart = status === 206 && headers.get("content-range") === range;
  const isWhole = status === 200 && first === 0 && length === size;
  const isSame = etag === null ||
    bareTag(headers.get("etag")) === bareTag(etag);
  return (isPart || isWhole) && isSame && !headers.has("content-encoding");
}

/** Whether a failure is that there is no object. The body is used up then. */
async function saysGone(response: Response): Promise<boolean> {
  if (response.status < 400) {
    await response.body?.cancel();
    return false;
  }
  const { statusCode, message } = await storageErrorIn(response);
  return statusCode === "404" && NOT_THERE.test(message);
}

function unavailable(detail: string, cause: unknown) {
  return storageUnavailable(`${detail} at the moment`, {}, { cause });
}

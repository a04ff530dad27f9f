/**
 * Where pictures of public objects are kept, and what is to be done about them.
 *
 * @module
 */
import * as v from "valibot";
import { bodyUpTo } from "../_shared/answer.ts";
import type { Get, Send } from "../_shared/get.ts";
import { IMAGE_FORMATS, type ImageFormat } from "../_shared/image_formats.ts";
import { type Place, storageUnavailable } from "../_shared/place.ts";
import { callRpc } from "../_shared/rpc.ts";
import { MiB } from "../_shared/units.ts";
import type { Made } from "./codec.ts";
import { VARIANTS_BUCKET } from "./variants.ts";

/** In bytes. Of the bucket: in the migration `…_variants.sql`. */
const MAX_BYTES = 10 * MiB;

/** In seconds: a name never means another picture. */
const MAX_AGE_S = 31_536_000;

/** Names in one call of Storage's. Source: its schema of `deleteObjects`. */
const MOST_REMOVED = 1_000;

const TYPE = new RegExp(`^image/(${IMAGE_FORMATS.join("|")})$`);

/** An object that came, changed or went, as it is now. */
export interface Change {
  readonly place: Place;
  /** `undefined` for one that is gone, or not everybody's any more. */
  readonly etag: string | undefined;
  readonly changedAt: string;
  /** What is kept of it, of whatever version. */
  readonly variants: readonly string[];
}

/** The port, of what pages need. */
export interface Variants {
  /** The picture of this name, if it is there. */
  find(name: string): Promise<Made | undefined>;
  has(name: string): Promise<boolean>;
  /** Where everybody finds it. */
  urlOf(name: string): string;
  /** @throws {Problem} "Storage unavailable". */
  keep(name: string, made: Made): Promise<void>;
  /** Says that it was asked for: what nobody asks for goes first. */
  touch(name: string): Promise<void>;
}

/** The port, of what has to be done. */
export interface Changes {
  /** Takes up to `size` changes: somebody else gets them if we do not settle. */
  claim(size: number): Promise<readonly Change[]>;
  /** Forgets a change, unless there was another since. */
  settle(change: Change): Promise<void>;
  /** Up to `size` names that there is no room for. */
  excess(size: number): Promise<readonly string[]>;
  /** None to remove is as good. */
  remove(names: readonly string[]): Promise<void>;
}

/** As everybody reads them, and the service writes them. */
export function supabaseVariants(
  get: Get,
  send: Send,
  publicUrl: string,
): Variants {
  const path = (name: string) =>
    `/storage/v1/object/public/${VARIANTS_BUCKET}/${encodeURI(name)}`;
  return {
    async find(name) {
      const response = await get(path(name), {});
      const format = response.headers.get("content-type")?.match(TYPE)?.[1];
      if (response.status !== 200 || format === undefined) {
        await response.body?.cancel();
        return undefined;
      }
      const bytes = await bodyUpTo(response, MAX_BYTES);
      // `TYPE` has no other.
      return bytes && { bytes, format: format as ImageFormat, timings: {} };
    },

    async has(name) {
      const response = await get(path(name), {}, "HEAD");
      await response.body?.cancel();
      return response.status === 200;
    },

    urlOf: (name) => publicUrl + path(name),

    async keep(name, { bytes, format }) {
      const where = `/storage/v1/object/${VARIANTS_BUCKET}/${encodeURI(name)}`;
      await done(
        send("POST", where, bytes, {
          "content-type": `image/${format}`,
          "cache-control": `max-age=${MAX_AGE_S}`,
          // Two who make the same picture make the same bytes.
          "x-upsert": "true",
        }),
      );
    },

    async touch(name) {
      await callRpc(send, "touch_variant", { name }, v.unknown());
    },
  };
}

/** As the service. */
export function supabaseChanges(send: Send): Changes {
  return {
    claim: (size) => callRpc(send, "claim_image_changes", { size }, Claimed),

    async settle({ place: { bucket, path }, changedAt }) {
      const given = { bucket, path, "changed_at": changedAt };
      await callRpc(send, "settle_image_change", given, v.unknown());
    },

    excess: (size) => callRpc(send, "find_excess_variants", { size }, Names),

    async remove(names) {
      for (let at = 0; at < names.length; at += MOST_REMOVED) {
        const prefixes = names.slice(at, at + MOST_REMOVED);
        await done(
          send(
            "DELETE",
            `/storage/v1/object/${VARIANTS_BUCKET}`,
            JSON.stringify({ prefixes }),
            { "content-type": "application/json" },
          ),
        );
      }
    },
  };
}

const Names = v.array(v.string());

const Claimed = v.array(v.pipe(
  v.object({
    bucket: v.string(),
    path: v.string(),
    etag: v.optional(v.string()),
    changed_at: v.string(),
    variants: Names,
  }),
  v.transform(({ bucket, path, changed_at: changedAt, ...rest }): Change => {
    return { place: { bucket, path }, changedAt, etag: undefined, ...rest };
  }),
));

async function done(asked: Promise<Response>): Promise<void> {
  const { ok, status, body } = await asked;
  await body?.cancel();
  if (!ok) throw unavailable(status);
}

function unavailable(status: number) {
  const cause = new Error(`Status ${status}`);
  const detail = "Cannot write to Storage at the moment";
  return storageUnavailable(detail, {}, { cause });
}

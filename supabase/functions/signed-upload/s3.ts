/**
 * Uploads over Storage's S3 endpoint: URLs that the project's key has signed.
 *
 * That key is held back by no policy and names no owner. So these URLs come with
 * a ticket alone, after Storage has let the caller through under its policies,
 * and the guard of the migration `…_arrival.sql` holds what comes to the ticket.
 *
 * @module
 */
import { bodyUpTo } from "../_shared/answer.ts";
import type { S3Key } from "../_shared/config.ts";
import type { Place } from "../_shared/place.ts";
import { problem } from "../_shared/problem.ts";
import type { Scope } from "../_shared/route.ts";
import { storageUnavailable } from "../_shared/place.ts";
import { storageHost } from "../_shared/storage.ts";
import { MiB } from "../_shared/units.ts";

const notConfigured = problem(501, "S3 not configured");

/** Above this in parts: what a lost network costs is one of them. */
const PART_BYTES = 16 * MiB;

/** A ticket is an answer somebody waits for. S3 itself takes 10,000. */
const MAX_PARTS = 100;

/** An upload that is to be signed. */
export interface Sending {
  readonly at: Place;
  /** What the object is to be served with. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: number;
  readonly lifetimeS: number;
}

/** What an S3 client needs, or one that knows only HTTP. */
export interface S3 {
  /** Absolute; with `region`, for a client that signs with a session token. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly key: string;
  /** With `put`, or with the request that began `multipart`. */
  readonly headers: Readonly<Record<string, string>>;
  /** One request with the whole file. Absent for a large one. */
  readonly put?: { readonly method: "PUT"; readonly url: string };
  readonly multipart?: Multipart;
}

/** An upload in parts, each with a PUT to its URL. */
export interface Multipart {
  readonly uploadId: string;
  /** Of every part but the last. */
  readonly partBytes: number;
  /** Where the parts go, the first one first. Keep the `ETag` of each answer. */
  readonly parts: readonly string[];
  /** `POST` the XML of S3's CompleteMultipartUpload, with the ETags. */
  readonly completeUrl: string;
  /** `DELETE` it, if the file is not to come. */
  readonly abortUrl: string;
}

/** The port. */
export interface S3Storage {
  /** @throws {Problem} "S3 not configured" or "Storage unavailable". */
  sign(sending: Sending): Promise<S3>;
}

/** Storage's S3 endpoint. */
export function s3AsService({ config, signal, journal }: Scope): S3Storage {
  return {
    async sign({ at, headers, bytes, lifetimeS }) {
      const key = config.s3;
      if (key === undefined) {
        throw notConfigured(
          "Cannot upload over S3: the project's key is not set",
        );
      }
      const endpoint = `${storageHost(config.publicUrl)}/storage/v1/s3`;
      const object = `${at.bucket}/${encodeURI(at.path)}`;
      const signer = signerOf(key, lifetimeS);
      const url = `${endpoint}/${object}`;
      const common = {
        ...{ endpoint, headers, region: key.region },
        ...{ bucket: at.bucket, key: at.path },
      };
      if (bytes <= PART_BYTES) {
        const put = { method: "PUT", url: await signer("PUT", url) } as const;
        return { ...common, put };
      }
      const own = `${config.supabaseUrl}/storage/v1/s3/${object}?uploads`;
      const begun = await signer("POST", own);
      const uploadId = await begin(begun, { headers, signal, journal });
      return {
        ...common,
        multipart: await partsOf(url, uploadId, { bytes, signer }),
      };
    },
  };
}

/** Signs a request with this method to this URL, whoever sends it. */
type Signer = (method: string, url: string) => Promise<string>;

function signerOf(key: S3Key, lifetimeS: number): Signer {
  return async (method, at) => {
    const url = new URL(at);
    url.searchParams.set("X-Amz-Expires", String(lifetimeS));
    const { AwsV4Signer } = await import("aws4fetch");
    const signed = await new AwsV4Signer({
      ...key,
      ...{ method, url: url.href, service: "s3", signQuery: true },
    }).sign();
    return signed.url.href;
  };
}

async function begin(
  url: string,
  { headers, signal, journal }:
    & Pick<Scope, "signal" | "journal">
    & Pick<Sending, "headers">,
): Promise<string> {
  const unavailable = (cause: unknown) =>
    storageUnavailable("Cannot begin an upload in parts", {}, { cause });
  const sending = journal.fetch(url, { method: "POST", headers, signal });
  const xml = await textOf(sending).catch((error) => {
    throw unavailable(error);
  });
  const [, uploadId] = xml.match(/<UploadId>([\w.~+/=-]+)<\/UploadId>/) ?? [];
  if (uploadId !== undefined) return uploadId;
  throw unavailable(new Error("The answer has no UploadId"));
}

/** In bytes: an answer is a tenth of it. */
const MAX_ANSWER = 10_000;

async function textOf(answering: Promise<Response>): Promise<string> {
  const response = await answering;
  const body = await bodyUpTo(response, MAX_ANSWER);
  if (!response.ok) throw new Error(`Status ${response.status}`);
  return new TextDecoder().decode(body);
}

async function partsOf(
  url: string,
  uploadId: string,
  { bytes, signer }: { readonly bytes: number; readonly signer: Signer },
): Promise<Multipart> {
  const partBytes = Math.max(PART_BYTES, Math.ceil(bytes / MAX_PARTS));
  const whole = `${url}?uploadId=${encodeURIComponent(uploadId)}`;
  const numbers = Array.from(
    { length: Math.ceil(bytes / partBytes) },
    (_, index) => index + 1,
  );
  return {
    uploadId,
    partBytes,
    parts: await Promise.all(
      numbers.map((n) => signer("PUT", `${whole}&partNumber=${n}`)),
    ),
    completeUrl: await signer("POST", whole),
    abortUrl: await signer("DELETE", whole),
  };
}

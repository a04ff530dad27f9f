/**
 * Resumable uploads, by hand and by `tus-js-client`.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Readable } from "node:stream";
import { deepEqual, equal } from "node:assert/strict";
import { Upload, type UploadOptions } from "tus-js-client";
import { aged, world } from "./world.ts";

/** Headers, by their names. */
export type Named = Readonly<Record<string, string>>;

/** Where uploads are made, without and with a token. */
export const ENDPOINT = "/upload/resumable";
export const SIGNED = "/upload/resumable/sign";

/** Headers of somebody who is signed in. */
export async function asPerson(sub: string): Promise<Named> {
  const { keys } = world;
  const token = await keys.sign({ ...aged(60), sub, role: "authenticated" });
  return { apikey: keys.publishable, authorization: `Bearer ${token}` };
}

/** Headers with the secret key. */
export function asSecret(more: Named = {}): Named {
  return { apikey: world.keys.secret, ...more };
}

/** Headers with a token to upload to `bucket`. */
export async function withToken(
  bucket: string,
  path: string,
  owner?: string,
): Promise<Named> {
  const { storage } = owner === undefined
    ? world.service()
    : await world.person(owner);
  const { data } = await storage.from(bucket).createSignedUploadUrl(path);
  return { "x-signature": data?.token ?? "" };
}

/** `Upload-Metadata` for `values`. */
export function metadataOf(values: Named): string {
  return Object.entries(values)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString("base64")}`)
    .join(",");
}

/** One request of the protocol. `path` may be a whole URL. */
export async function tus(
  method: string,
  path: string,
  headers: Named,
  body: BodyInit | null = null,
): Promise<Response> {
  const url = new URL(path, "http://localhost").pathname;
  return await world.request(url.replace("/storage/v1", ""), {
    method,
    headers: { "tus-resumable": "1.0.0", ...headers },
    body,
  });
}

/** Makes an upload of `length` bytes, or of a length to be said later. */
export function create(
  values: Named,
  length: number | "later",
  { endpoint = ENDPOINT, ...headers }: Named,
): Promise<Response> {
  const size: Named = length === "later"
    ? { "upload-defer-length": "1" }
    : { "upload-length": String(length) };
  const metadata = { "upload-metadata": metadataOf(values) };
  return tus("POST", endpoint, { ...metadata, ...size, ...headers });
}

/** The same, where nothing is against it. Returns its URL. */
export async function created(
  values: Named,
  length: number | "later",
  headers: Named,
): Promise<string> {
  const response = await create(values, length, headers);
  equal(await response.text(), "");
  equal(response.status, 201);
  return response.headers.get("location") ?? "";
}

/** Sends bytes of an upload from `offset` on. */
export function patch(
  location: string,
  offset: number,
  body: BodyInit | null,
  headers: Named,
): Promise<Response> {
  return tus("PATCH", location, {
    "upload-offset": String(offset),
    "content-type": "application/offset+octet-stream",
    ...headers,
  }, body);
}

/** How far an upload has come, to who may ask. */
export async function offsetOf(
  location: string,
  headers: Named,
): Promise<string | null> {
  const response = await tus("HEAD", location, headers);
  return response.headers.get("upload-offset");
}

/** Asserts what a request was answered with, and nothing more. */
export async function answers(
  response: Response,
  status: number,
  body: string,
): Promise<void> {
  deepEqual([response.status, await response.text()], [status, body]);
}

/** What there is of uploads under way, and of those that have ended. */
export async function traces(): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(world.uploads));
  return entries.map(({ name }) => name).sort();
}

/** What a refusal must not change. */
export async function everything(bucket: string): Promise<unknown[]> {
  const rows = await world.objectsIn(bucket);
  return [rows, await world.files(), await traces()];
}

/** Bytes that tell if they are out of place. */
export function bytes(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => index * 7 % 251);
}

/** Sends `source` with an unmodified `tus-js-client`, and never tries again. */
export function send(
  source: Uint8Array | Readable,
  { endpoint = ENDPOINT, ...options }: UploadOptions & { endpoint?: string },
): Promise<Upload> {
  const { promise, resolve, reject } = Promise.withResolvers<Upload>();
  const upload = new Upload(
    source instanceof Uint8Array ? Buffer.from(source) : source,
    {
      endpoint: `${world.url}/storage/v1${endpoint}`,
      retryDelays: null,
      ...options,
      onError: reject,
      onSuccess: () => resolve(upload),
    },
  );
  upload.start();
  return promise;
}

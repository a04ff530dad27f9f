/**
 * S3 for the tests: AWS's own client, unmodified, and what it may not do.
 *
 * @module
 */
import { deepEqual, ok } from "node:assert/strict";
import {
  type PutObjectCommandInput,
  S3Client,
  type S3ClientConfig,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { aged, world } from "./world.ts";

/** Where S3 is. */
export const ENDPOINT = `${world.url}/storage/v1/s3`;

const QUIET = { debug() {}, info() {}, warn() {}, error() {} };

/** AWS's client with the project's key, or with other `settings`. */
export function clientOf(settings: S3ClientConfig = {}): S3Client {
  const { region, ...credentials } = world.keys.s3;
  return new S3Client({
    endpoint: ENDPOINT,
    forcePathStyle: true,
    region,
    credentials,
    maxAttempts: 1,
    logger: QUIET,
    ...settings,
  });
}

/** The same, signed in as a person with a token for a minute. */
export async function clientOfPerson(
  sub: string,
  secretAccessKey = world.keys.publishable,
): Promise<S3Client> {
  const claims = { ...aged(60), sub, role: "authenticated" };
  return clientOf({
    credentials: {
      accessKeyId: "local",
      secretAccessKey,
      sessionToken: await world.keys.sign(claims),
    },
  });
}

/** The project's client. */
export const s3: S3Client = clientOf();

/** What to put, with a bucket and a key. */
export type Put = PutObjectCommandInput;

/** `work`, which must be refused with `code` and leave all as it was. */
export async function refuses(
  bucket: string,
  code: string,
  work: () => Promise<unknown>,
): Promise<void> {
  const before = await stateOf(bucket);
  deepEqual(await codeOf(work), code);
  deepEqual(await stateOf(bucket), before);
}

/** The code of the refusal of `work`, or its status if it has none, or "done". */
export async function codeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return "done";
  } catch (error) {
    ok(error instanceof S3ServiceException, String(error));
    const { httpStatusCode: status } = error.$metadata;
    return error.name === "Unknown" ? String(status) : error.name;
  }
}

/** All that a request could have left: rows, uploads, parts and files. */
export async function stateOf(bucket: string): Promise<unknown> {
  return {
    objects: await world.objectsIn(bucket),
    uploads: await world.rows(
      "select id from storage.s3_multipart_uploads where bucket_id = $1",
      [bucket],
    ),
    parts: await world.rows(
      `select id from storage.s3_multipart_uploads_parts
        where bucket_id = $1 order by id`,
      [bucket],
    ),
    files: await world.files(),
  };
}

/** `fetch`, and the code of S3's answer, or its status. */
export async function fetched(url: string, init: RequestInit): Promise<string> {
  const response = await fetch(url, init);
  const text = await response.text();
  return text.match(/<Code>(.*)<\/Code>/)?.[1] ?? String(response.status);
}

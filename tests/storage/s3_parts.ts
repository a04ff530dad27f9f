/**
 * The steps of an upload in parts, for its tests.
 *
 * @module
 */
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { s3 } from "./s3_world.ts";

/** AWS's smallest part, but for the last. */
export const PART_BYTES = 5 * 1024 * 1024;

/** An upload under way. */
export interface Begun {
  readonly Bucket: string;
  readonly Key: string;
  readonly UploadId: string;
}

/** Begins an upload with the project's key. */
export async function begin(Bucket: string, Key = "a.bin"): Promise<Begun> {
  const { UploadId = "" } = await s3.send(
    new CreateMultipartUploadCommand({
      Bucket,
      Key,
      ContentType: "application/x-parts",
      CacheControl: "max-age=60",
      Metadata: { by: "a test" },
    }),
  );
  return { Bucket, Key, UploadId };
}

/** Uploads a part. */
export function upload(
  begun: Begun,
  PartNumber: number,
  Body: Uint8Array,
): Promise<{ PartNumber: number; ETag: string }> {
  return s3.send(new UploadPartCommand({ ...begun, PartNumber, Body }))
    .then(({ ETag = "" }) => ({ PartNumber, ETag }));
}

/** Makes an object of parts. */
export function complete(
  begun: Begun,
  Parts: { PartNumber: number; ETag: string }[],
): Promise<{ ETag?: string | undefined }> {
  return s3.send(
    new CompleteMultipartUploadCommand({
      ...begun,
      MultipartUpload: { Parts },
    }),
  );
}

/** Some, which differ by their seed. */
export function bytes(length: number, seed: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + seed) % 251);
}

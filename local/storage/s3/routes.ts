/**
 * `/storage/v1/s3`: the S3 protocol, as far as AWS's clients need it to upload,
 * download, list and delete. The table below is the whole surface.
 *
 * @module
 */
import { invalidRequest } from "../errors.ts";
import { type Operation, scoped } from "../scope.ts";
import type { StorageStack } from "../visit.ts";
import { authorizationOf } from "./authorization.ts";
import { headBucket, listBuckets } from "./buckets.ts";
import type { S3Handler } from "./call.ts";
import { authenticate } from "./caller.ts";
import { completeMultipartUpload } from "./completion.ts";
import { answer, notImplemented } from "./errors.ts";
import { listObjectsV2 } from "./listing.ts";
import {
  abortMultipartUpload,
  createMultipartUpload,
  listParts,
  uploadPart,
} from "./multipart.ts";
import { deleteObject, getObject, putObject } from "./objects.ts";
import { payloadOf } from "./payload.ts";

/** What a path names. */
type Level = "service" | "bucket" | "object";

interface Route {
  readonly operation: Operation;
  readonly method: string;
  readonly level: Level;
  /** Parameters that must be there. Without one there is no such request. */
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly handler: S3Handler;
}

const PART = "partNumber&uploadId";
const LIST =
  "prefix&delimiter&max-keys&continuation-token&start-after&encoding-type&fetch-owner";
const PARTS = "max-parts&part-number-marker";

/**
 * What `storage.operation()` calls a request, and the request: its method, its
 * level, the parameters it must have, and those it may.
 */
const ROUTES: readonly Route[] = [
  route("bucket.list", "GET service", listBuckets),
  route("bucket.head", "HEAD bucket", headBucket),
  route("object.list", `GET bucket list-type ${LIST}`, listObjectsV2),
  route("object.info", "HEAD object", getObject),
  route("object.get", "GET object", getObject),
  route("object.delete", "DELETE object", deleteObject),
  route("upload", "PUT object", putObject),
  route(
    "upload.create_multipart",
    "POST object uploads",
    createMultipartUpload,
  ),
  route("upload.part", `PUT object ${PART}`, uploadPart),
  route("upload.list_parts", `GET object uploadId ${PARTS}`, listParts),
  route(
    "upload.complete_multipart",
    "POST object uploadId",
    completeMultipartUpload,
  ),
  route(
    "upload.abort_multipart",
    "DELETE object uploadId",
    abortMultipartUpload,
  ),
];

function route(operation: string, head: string, handler: S3Handler): Route {
  const [method = "", level, required = "", optional = ""] = head.split(" ");
  return {
    operation: `s3.${operation}`,
    method,
    level: level as Level,
    required: required.split("&").filter(Boolean),
    optional: optional.split("&").filter(Boolean),
    handler,
  };
}

/** Serves what is below `/storage/v1/s3`. */
export async function serveS3(
  stack: StorageStack,
  request: Request,
): Promise<Response> {
  const { method } = request;
  const target = targetOf(request.url);
  const resource = [target.bucket, target.name].filter(Boolean).join("/");
  try {
    return await serve(stack, request, target);
  } catch (error) {
    return answer(error, { method, resource });
  }
}

async function serve(
  stack: StorageStack,
  request: Request,
  { path, query, bucket, name }: Target,
): Promise<Response> {
  const { method, headers } = request;
  const claimed = authorizationOf(headers, query, Date.now());
  const signed = { method, path, query, headers };
  const { claims, proof } = await authenticate(stack.keys, claimed, signed);

  const found = routeFor(method, levelOf(bucket, name), query);
  // It says that the body is elsewhere: an upload of nothing would be wrong.
  if (found === undefined || headers.has("x-amz-copy-source")) {
    throw notImplemented();
  }
  const database = scoped(stack.database, request, found.operation);
  return await found.handler({
    stack: { ...stack, database },
    request,
    query,
    bucket: decode(bucket),
    name: decode(name),
    claims,
    payload: payloadOf(request, proof),
  });
}

/** What a request is about. */
interface Target {
  /** As it was sent, with `/storage/v1/s3` in front. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Not decoded yet. */
  readonly bucket: string;
  /** Not decoded yet. */
  readonly name: string;
}

/** `new URL()` would tidy the path, and then another object would be meant. */
function targetOf(url: string): Target {
  const [, path = "", query] = url.match(/^\w+:\/\/[^/]*([^?#]*)\??(.*)$/) ??
    [];
  const below = path.match(/^(?:\/storage\/v1)?\/s3(?:\/|$)(.*)$/)?.[1] ?? "";
  const slash = below.indexOf("/");
  return {
    path,
    query: new URLSearchParams(query),
    bucket: slash < 0 ? below : below.slice(0, slash),
    name: slash < 0 ? "" : below.slice(slash + 1),
  };
}

function levelOf(bucket: string, name: string): Level {
  if (bucket === "") return "service";
  return name === "" ? "bucket" : "object";
}

/** Those for signatures and answers, which every request may have. */
const GENERAL = /^(x-amz-.*|x-id|response-.*)$/i;

/** The one that knows all of the parameters: `?acl` must not be an upload. */
function routeFor(
  method: string,
  level: Level,
  query: URLSearchParams,
): Route | undefined {
  const names = [...query.keys()].filter((name) => !GENERAL.test(name));
  return ROUTES.find((it) =>
    it.method === method && it.level === level &&
    it.required.every((name) => names.includes(name)) &&
    names.every((name) =>
      it.required.includes(name) || it.optional.includes(name)
    )
  );
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw invalidRequest(`'${part}' is not a valid url component`);
  }
}

/**
 * `/storage/v1`: Supabase Storage on PGlite and the file system, for an
 * unmodified supabase-js. The table below is the whole surface, but for `s3/`
 * and `vectors/`.
 *
 * @module
 */
import { deleteBucket, emptyBucket } from "./bucket_removals.ts";
import {
  createBucket,
  getBucket,
  listBuckets,
  updateBucket,
} from "./buckets.ts";
import { copyObject } from "./copies.ts";
import {
  download,
  downloadAuthenticated,
  downloadFromSignedUrl,
  downloadPublic,
  info,
  infoAuthenticated,
  infoPublic,
} from "./downloads.ts";
import { answer, invalidRequest, routeNotFound } from "./errors.ts";
import { refuseAbsent } from "./features.ts";
import { listObjects } from "./listing.ts";
import { listObjectsV2 } from "./listing_v2.ts";
import { moveObject } from "./moves.ts";
import { removeObject, removeObjects } from "./removals.ts";
import { resumable, resumableSigned } from "./resumable.ts";
import { serveS3 } from "./s3/routes.ts";
import { type Operation, scoped } from "./scope.ts";
import { signDownload, signDownloads, signUpload } from "./signed_urls.ts";
import { createObject, updateObject, uploadToSignedUrl } from "./uploads.ts";
import { serveVectors } from "./vectors/routes.ts";
import type { Handler, StorageStack } from "./visit.ts";

export { sweepOrphans } from "./bytes.ts";
export { sweepUploads } from "./resumable_store.ts";
export type { StorageStack } from "./visit.ts";

/**
 * The words that stand where the general routes have a bucket. They are no
 * buckets, so that a route that is not built answers "not found" and does not
 * upload into a bucket of its name.
 */
const WORDS = "upload|sign|info|public|authenticated|list|list-v2|move|copy";

/**
 * What `storage.operation()` calls a request, and the request. The first that
 * matches serves, so the particular stand before the general. HEAD goes where
 * GET goes unless it has a row of its own.
 */
const ROUTES: readonly Route[] = [
  route("bucket.list", "GET /bucket", listBuckets),
  route("bucket.create", "POST /bucket", createBucket),
  route("bucket.get", "GET /bucket/:bucket", getBucket),
  route("bucket.update", "PUT /bucket/:bucket", updateBucket),
  route("bucket.delete", "DELETE /bucket/:bucket", deleteBucket),
  route("bucket.empty", "POST /bucket/:bucket/empty", emptyBucket),

  route(
    "object.sign_upload_url",
    "POST /object/upload/sign/:bucket/*",
    signUpload,
  ),
  route(
    "object.upload_signed",
    "PUT /object/upload/sign/:bucket/*",
    uploadToSignedUrl,
  ),
  route("object.sign", "POST /object/sign/:bucket/*", signDownload),
  route("object.sign_many", "POST /object/sign/:bucket", signDownloads),
  route(
    "object.get_signed",
    "GET /object/sign/:bucket/*",
    downloadFromSignedUrl,
  ),

  route("object.info_public", "GET /object/info/public/:bucket/*", infoPublic),
  route(
    "object.info_authenticated",
    "GET /object/info/authenticated/:bucket/*",
    infoAuthenticated,
  ),
  route("object.info_authenticated", "GET /object/info/:bucket/*", info),
  route("object.info_public", "HEAD /object/public/:bucket/*", downloadPublic),
  route("object.get_public", "GET /object/public/:bucket/*", downloadPublic),
  route(
    "object.info_authenticated",
    "HEAD /object/authenticated/:bucket/*",
    downloadAuthenticated,
  ),
  route(
    "object.get_authenticated",
    "GET /object/authenticated/:bucket/*",
    downloadAuthenticated,
  ),
  route("object.list", "POST /object/list/:bucket", listObjects),
  route("object.list_v2", "POST /object/list-v2/:bucket", listObjectsV2),
  route("object.move", "POST /object/move", moveObject),
  route("object.copy", "POST /object/copy", copyObject),

  route("object.info_authenticated", "HEAD /object/:bucket/*", download),
  route("object.get_authenticated", "GET /object/:bucket/*", download),
  route("object.upload", "POST /object/:bucket/*", createObject),
  route("object.upload_update", "PUT /object/:bucket/*", updateObject),
  route("object.delete", "DELETE /object/:bucket/*", removeObject),
  route("object.delete_many", "DELETE /object/:bucket", removeObjects),

  ...resumableRoutes("_signed", "/upload/resumable/sign", resumableSigned),
  ...resumableRoutes("", "/upload/resumable", resumable),
];

const PREFIX = "/storage/v1";

/** The handler of everything under `/storage/v1/`. */
export function storageApi(
  stack: StorageStack,
): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      return await serve(stack, request);
    } catch (error) {
      return answer(error);
    }
  };
}

async function serve(stack: StorageStack, request: Request): Promise<Response> {
  const { pathname, searchParams: query } = new URL(request.url);
  const path = pathname.startsWith(PREFIX)
    ? pathname.slice(PREFIX.length)
    : pathname;
  if (/^\/s3(\/|$)/.test(path)) return await serveS3(stack, request);
  if (/^\/vector(\/|$)/.test(path)) {
    return await serveVectors(stack, request, path);
  }
  refuseAbsent(path);

  for (const { methods, pattern, operation, handler } of ROUTES) {
    const names = methods.includes(request.method) ? pattern.exec(path) : null;
    if (names === null) continue;
    const bucket = decode(names.groups?.["bucket"]);
    const name = decode(names.groups?.["name"]);
    const database = scoped(stack.database, request, operation);
    const scopedStack = { ...stack, database };
    return await handler({ stack: scopedStack, request, query, bucket, name });
  }
  return routeNotFound(request.method, path);
}

interface Route {
  readonly operation: Operation;
  readonly methods: readonly string[];
  readonly pattern: RegExp;
  readonly handler: Handler;
}

function route(operation: Operation, head: string, handler: Handler): Route {
  const [method = "", path = ""] = head.split(" ");
  const pattern = path
    .replace(/^\/object\/:/, `/object/(?!(?:${WORDS})(?:/|$)):`)
    .replace(":bucket", "(?<bucket>[^/]+)")
    .replace("*", "(?<name>.+)");
  return {
    operation,
    methods: method === "GET" ? ["GET", "HEAD"] : [method],
    pattern: new RegExp(`^${pattern}$`),
    handler,
  };
}

function resumableRoutes(
  suffix: string,
  path: string,
  handler: Handler,
): Route[] {
  return [
    route(`tus.upload.create${suffix}`, `POST ${path}`, handler),
    route(`tus.upload.part${suffix}`, `PATCH ${path}/*`, handler),
    route(`tus.upload.get${suffix}`, `HEAD ${path}/*`, handler),
    route(`tus.upload.delete${suffix}`, `DELETE ${path}/*`, handler),
    // What the protocol can do is anybody's to know.
    route(`tus.options${suffix}`, `OPTIONS ${path}`, resumableSigned),
  ];
}

function decode(part = ""): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw invalidRequest(`'${part}' is not a valid url component`);
  }
}

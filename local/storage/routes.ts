/**
 * `/storage/v1`: Supabase Storage on PGlite and the file system, as far as an
 * unmodified supabase-js needs it.
 *
 * The table below is the whole surface. What the real server has beyond it
 * (move, copy, list-v2, resumable uploads, ranges, image rendering) is another
 * row, or another header in `downloads.ts`.
 *
 * @module
 */
import {
  createBucket,
  getBucket,
  listBuckets,
  updateBucket,
} from "./buckets.ts";
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
import { listObjects } from "./listing.ts";
import { removeObject, removeObjects } from "./removals.ts";
import { signDownload, signDownloads, signUpload } from "./signed_urls.ts";
import { createObject, updateObject, uploadToSignedUrl } from "./uploads.ts";
import type { Handler, StorageStack } from "./visit.ts";

export { sweepOrphans } from "./bytes.ts";
export type { StorageStack } from "./visit.ts";

/**
 * The words that stand where the general routes have a bucket. They are no
 * buckets, so that a route that is not built answers "not found" and does not
 * upload into a bucket of its name.
 */
const WORDS = "upload|sign|info|public|authenticated|list|list-v2|move|copy";

/** The first that matches serves, so the particular stand before the general. */
const ROUTES: readonly Route[] = [
  route("GET", "/bucket", listBuckets),
  route("POST", "/bucket", createBucket),
  route("GET", "/bucket/:bucket", getBucket),
  route("PUT", "/bucket/:bucket", updateBucket),

  route("POST", "/object/upload/sign/:bucket/*", signUpload),
  route("PUT", "/object/upload/sign/:bucket/*", uploadToSignedUrl),
  route("POST", "/object/sign/:bucket/*", signDownload),
  route("POST", "/object/sign/:bucket", signDownloads),
  route("GET", "/object/sign/:bucket/*", downloadFromSignedUrl),

  route("GET", "/object/info/public/:bucket/*", infoPublic),
  route("GET", "/object/info/authenticated/:bucket/*", infoAuthenticated),
  route("GET", "/object/info/:bucket/*", info),
  route("GET", "/object/public/:bucket/*", downloadPublic),
  route("GET", "/object/authenticated/:bucket/*", downloadAuthenticated),
  route("POST", "/object/list/:bucket", listObjects),

  route("GET", "/object/:bucket/*", download),
  route("POST", "/object/:bucket/*", createObject),
  route("PUT", "/object/:bucket/*", updateObject),
  route("DELETE", "/object/:bucket/*", removeObject),
  route("DELETE", "/object/:bucket", removeObjects),
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
  const method = request.method === "HEAD" ? "GET" : request.method;

  for (const route of ROUTES) {
    const names = route.method === method ? route.pattern.exec(path) : null;
    if (names === null) continue;
    const bucket = decode(names.groups?.["bucket"]);
    const name = decode(names.groups?.["name"]);
    return await route.handler({ stack, request, query, bucket, name });
  }
  return routeNotFound(request.method, path);
}

interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  readonly handler: Handler;
}

function route(method: string, path: string, handler: Handler): Route {
  const pattern = path
    .replace(/^\/object\/:/, `/object/(?!(?:${WORDS})(?:/|$)):`)
    .replace(":bucket", "(?<bucket>[^/]+)")
    .replace("*", "(?<name>.+)");
  return { method, pattern: new RegExp(`^${pattern}$`), handler };
}

function decode(part = ""): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw invalidRequest(`'${part}' is not a valid url component`);
  }
}

/**
 * Pictures that Storage's image transformation makes.
 *
 * @module
 */
import type { Get } from "../_shared/get.ts";
import { objectNotFound, storageUnavailable } from "../_shared/place.ts";
import { problem } from "../_shared/problem.ts";
import { storageErrorIn } from "../_shared/storage_error.ts";
import { type Delegate, HEADERS, madeIn } from "./delegate.ts";
import type { Errand } from "./errand.ts";
import { aboutOf, type Viewer } from "./sources.ts";

const notEnabled = problem(501, "Image transformation not enabled");

/** As text: what it will not make of this object. Others may pass. */
const REFUSALS = ["400", "413", "415", "422"];

/** Storage as Supabase provides it, asked by the right of `viewer`. */
export function storageDelegate(get: Get, viewer: Viewer): Delegate {
  return {
    async make(errand) {
      const start = performance.now();
      const path = `/storage/v1/render/image/${pathOf(errand, viewer)}`;
      const response = await get(path, HEADERS).catch(unavailable);
      const { status, headers } = response;
      if (status >= 400) return await explain(response);
      if (isOther(headers, errand)) {
        await response.body?.cancel();
        return unavailable("It is of another version of the object");
      }
      if (!hasDone(headers, errand)) {
        await response.body?.cancel();
        return undefined;
      }
      return await madeIn(response, errand.format, start).catch(unavailable);
    },
  };
}

function pathOf(errand: Errand, viewer: Viewer): string {
  const { place: { bucket, path }, format, isOriginal } = errand;
  const door = viewer === "public" ? "public" : "authenticated";
  const query = new URLSearchParams();
  const { width, height, resize, quality, gravity } = errand;
  if (width !== undefined) query.set("width", String(width));
  if (height !== undefined) query.set("height", String(height));
  query.set("resize", resize);
  query.set("quality", String(quality));
  query.set("format", isOriginal ? "origin" : format);
  if (typeof gravity === "object") {
    query.set("gravity", "fp");
    query.set("x_offset", String(gravity.x));
    query.set("y_offset", String(gravity.y));
  } else if (gravity !== "ce") query.set("gravity", gravity);
  return `${door}/${bucket}/${encodeURI(path)}?${query}`;
}

/** The object may have been overwritten, or a cache may not know that it was. */
function isOther(headers: Headers, { etag }: Errand): boolean {
  const other = aboutOf(headers).etag;
  return etag !== undefined && other !== undefined && other !== etag;
}

/**
 * Whether what was asked for is what was done. A version of Storage that knows no
 * gravity passes over it, and one whose limit is lower makes less of a side; but
 * each says what it has done.
 */
function hasDone(headers: Headers, errand: Errand): boolean {
  const { width, height, gravity } = errand;
  const wanted = [];
  if (typeof gravity === "object") {
    wanted.push(`gravity:fp:${gravity.x}:${gravity.y}`);
  } else if (gravity !== "ce") wanted.push(`gravity:${gravity}`);
  const said = headers.get("x-transformations")?.split(",");
  if (said === undefined) return wanted.length === 0;
  if (width !== undefined) wanted.push(`width:${width}`);
  if (height !== undefined) wanted.push(`height:${height}`);
  return wanted.every((it) => said.includes(it));
}

/** `undefined` for what it will not make of this object. */
async function explain(response: Response): Promise<undefined> {
  const { statusCode, error, code, message } = await storageErrorIn(response);
  const isDisabled = [error, code].includes("FeatureNotEnabled");
  // What a server says that has no such routes at all.
  const isAbsent = /^Route GET:\/\S+ not found$/.test(message);
  if (isDisabled || isAbsent) {
    throw notEnabled("This project has no image transformation in Storage");
  }
  if (response.status < 500) {
    if (statusCode === "404") throw objectNotFound("You see no such object");
    if (REFUSALS.includes(statusCode)) return undefined;
  }
  return unavailable(`Status ${response.status}`);
}

function unavailable(cause: unknown): never {
  const detail = "Storage cannot make the picture at the moment";
  throw storageUnavailable(detail, {}, { cause });
}

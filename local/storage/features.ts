/**
 * What hosted Storage has and this one has not. It is refused as a project is
 * refused that has not paid for it, so that nothing is taken for done.
 *
 * @module
 */
import * as v from "valibot";
import { featureNotEnabled } from "./errors.ts";

const ABSENT =
  /^\/((render\/image|iceberg|cdn)(\/|$)|bucket\/[^/]+\/lifecycle$)/;

/**
 * Throws `FeatureNotEnabled` for the routes of image transformations, analytics
 * buckets, the CDN's cache and the lifecycle of versions.
 */
export function refuseAbsent(path: string): void {
  if (ABSENT.test(path)) throw featureNotEnabled();
}

/** What to throw where somebody asks for what an object was before. */
export function versionsAbsent(): Error {
  return featureNotEnabled("object versioning is not enabled for this tenant");
}

/** Throws `FeatureNotEnabled` if `versionId` names a version. */
export function refuseVersion(versionId: string | null | undefined): void {
  if (versionId !== null && versionId !== undefined) throw versionsAbsent();
}

/** The part of a listing's request that asks for other versions. */
export const VERSION_FILTER = {
  noncurrentVersions: v.optional(v.string(), "exclude"),
  deleteMarkers: v.optional(v.string(), "exclude"),
  exactMatch: v.optional(v.boolean(), false),
};

/** Throws `FeatureNotEnabled` unless a listing asks for what there is now. */
export function refuseVersionFilter(
  { noncurrentVersions, deleteMarkers, exactMatch }: {
    noncurrentVersions: string;
    deleteMarkers: string;
    exactMatch: boolean;
  },
): void {
  const isUsual = noncurrentVersions === "exclude" &&
    deleteMarkers === "exclude" && !exactMatch;
  if (!isUsual) throw versionsAbsent();
}

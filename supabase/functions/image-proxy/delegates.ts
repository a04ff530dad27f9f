/**
 * Those who make pictures instead of this function, by their names.
 *
 * @module
 */
import type { Get } from "../_shared/get.ts";
import { problem } from "../_shared/problem.ts";
import type { Scope } from "../_shared/route.ts";
import { addressOf } from "./address.ts";
import type { Delegate } from "./delegate.ts";
import { imgproxyDelegate } from "./delegate_imgproxy.ts";
import { storageDelegate } from "./delegate_storage.ts";
import type { DelegateName } from "./policy.ts";
import type { Viewer } from "./sources.ts";

const notConfigured = problem(501, "Image service not configured");

/**
 * Opens `name` for who asks by the right of a `viewer`, the same by which the
 * object itself is read.
 *
 * @throws {Problem} "Image service not configured".
 */
export function delegateFor(
  name: DelegateName,
  scope: Scope,
  by: readonly [Get, Viewer],
): Delegate {
  if (name === "storage") return storageDelegate(...by);
  const { imgproxy, publicUrl } = scope.config;
  if (imgproxy === undefined) {
    throw notConfigured(
      "IMGPROXY_URL, IMGPROXY_KEY and IMGPROXY_SALT must be set",
    );
  }
  const address = (place: Parameters<typeof addressOf>[0]) =>
    addressOf(place, publicUrl, by);
  return imgproxyDelegate(imgproxy, address, scope);
}

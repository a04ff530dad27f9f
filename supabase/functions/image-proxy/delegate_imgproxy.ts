/**
 * Pictures that an imgproxy of one's own makes.
 *
 * @module
 */
import type { Imgproxy } from "../_shared/config.ts";
import type { Place } from "../_shared/place.ts";
import { problem } from "../_shared/problem.ts";
import type { Scope } from "../_shared/route.ts";
import { type Delegate, HEADERS, madeIn } from "./delegate.ts";
import { imgproxyPath, signedUrl } from "./imgproxy_url.ts";

const serviceUnavailable = problem(502, "Image service unavailable");

/** What it will not make of this object: too large, or not a picture to it. */
const REFUSALS = [413, 415, 422];

/** Gives the address of an object, which is all that imgproxy learns of it. */
export type Address = (place: Place) => Promise<string>;

/** imgproxy, which fetches objects from where `address` says. */
export function imgproxyDelegate(
  imgproxy: Imgproxy,
  address: Address,
  { signal, journal }: Pick<Scope, "signal" | "journal">,
): Delegate {
  return {
    async make(errand) {
      const start = performance.now();
      const path = imgproxyPath(errand, await address(errand.place));
      const url = await signedUrl(imgproxy, path);
      const response = await journal.fetch(url, {
        headers: HEADERS,
        redirect: "error",
        signal,
      }).catch(unavailable);
      if (REFUSALS.includes(response.status)) {
        await response.body?.cancel();
        return undefined;
      }
      return await madeIn(response, errand.format, start).catch(unavailable);
    },
  };
}

function unavailable(cause: unknown): never {
  const detail = "The service that makes pictures cannot at the moment";
  throw serviceUnavailable(detail, {}, { cause });
}

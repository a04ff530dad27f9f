/**
 * Uploads, counted: what was issued, and what came of what arrived.
 *
 * @module
 */
import { COUNTED } from "../_shared/telemetry/catalogue.ts";
import type { Meter } from "../_shared/telemetry/meter.ts";
import type { Arrivals } from "./arrivals.ts";
import type { Uploads } from "./uploads.ts";

/** The same, and every ticket is counted. */
export function countedUploads(uploads: Uploads, meter: Meter): Uploads {
  return {
    ...uploads,
    async open(order) {
      const opened = await uploads.open(order);
      const { bucket } = order.plan;
      meter.count(COUNTED.uploads, { bucket, result: "issued", reason: "" });
      return opened;
    },
  };
}

/** The same, and every verdict is counted. */
export function countedArrivals(arrivals: Arrivals, meter: Meter): Arrivals {
  return {
    ...arrivals,
    async judge(upload, verdict) {
      const judged = await arrivals.judge(upload, verdict);
      const { bucket } = upload.object;
      const result = judged?.state === "accepted" ? "verified" : "refused";
      const reason = judged?.reason ?? "";
      if (judged) meter.count(COUNTED.uploads, { bucket, result, reason });
      return judged;
    },
  };
}

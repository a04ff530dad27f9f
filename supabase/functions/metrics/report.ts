/**
 * Which reports there are, and of how long.
 *
 * @module
 */
import * as v from "valibot";
import { fields } from "../_shared/fields.ts";

/** By the views of the migration `…_metrics.sql`, without `report_`. */
export const REPORTS = [
  "executions",
  "response_times",
  "transfer",
  "images",
  "uploads",
  "admin_actions",
  "jobs",
  "index",
  "freshness",
] as const;

/** Back from now, and how long each row of a report stands for. */
export const RANGES = {
  "10m": { span: "10 minutes", unit: "1 minute" },
  "1h": { span: "1 hour", unit: "1 minute" },
  "3h": { span: "3 hours", unit: "1 minute" },
  "24h": { span: "24 hours", unit: "1 hour" },
  "7d": { span: "7 days", unit: "1 hour" },
  "28d": { span: "28 days", unit: "1 hour" },
} as const;

type Range = keyof typeof RANGES;

const names = Object.keys(RANGES) as Range[];

/** Which report of how long; an hour unless it is said. */
export const wanted = fields({
  report: v.picklist(REPORTS, `Must be one of ${REPORTS.join(", ")}`),
  range: v.optional(
    v.picklist(names, `Must be one of ${names.join(", ")}`),
    "1h",
  ),
});

/**
 * Every metric there is. No I/O.
 *
 * What functions count themselves comes first, then what the database knows at
 * any time: the migration `…_metrics.sql`. Labels have few values each, all of
 * them ours or the project's own, and none of a caller's.
 *
 * @module
 */
import { counter, gauge, histogram, type Metric } from "./metric.ts";

/**
 * In seconds. The migration `…_metrics.sql` has them too, for its reports, and a
 * test compares them.
 */
export const BOUNDS = [
  ...[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5],
  ...[1, 2.5, 5, 10, 30, 150],
] as const;

/** What functions count. */
export const COUNTED = {
  requests: counter(
    "portico_http_requests_total",
    "Requests that were answered.",
    ["function", "method", "status", "region"],
  ),
  durations: histogram(
    "portico_http_request_duration_seconds",
    "From the arrival of a request to its answer.",
    { labels: ["function"], bounds: BOUNDS },
  ),
  received: counter(
    "portico_http_request_bytes_total",
    "Bytes of bodies that were read.",
    ["function"],
  ),
  sent: counter(
    "portico_http_response_bytes_total",
    "Bytes of bodies that were answered, as their content-length says.",
    ["function"],
  ),
  coldStarts: counter(
    "portico_cold_starts_total",
    "Instances that have answered a request.",
    ["function", "region"],
  ),
  refusals: counter(
    "portico_rate_limit_refusals_total",
    "Requests over a rate limit.",
    ["function", "limit"],
  ),
  runs: counter(
    "portico_job_runs_total",
    "Runs of a job that cron or the database has called, and that have ended.",
    ["job"],
  ),
  uploads: counter(
    "portico_uploads_total",
    "Uploads: issued, verified, or refused and why.",
    ["bucket", "result", "reason"],
  ),
  images: counter(
    "portico_images_total",
    "Pictures that were answered, by what they were and became, who made them.",
    ["source", "result", "cache", "engine"],
  ),
  imageCost: histogram(
    "portico_image_cost_seconds",
    "What pictures were reckoned to cost of CPU before they were made.",
    { labels: ["result"], bounds: BOUNDS },
  ),
  adminActions: counter(
    "portico_admin_actions_total",
    "What administrators have done, or tried.",
    ["action", "result"],
  ),
  indexRows: counter(
    "portico_index_rows_total",
    "Rows of watched tables that a run has dealt with.",
    ["result"],
  ),
  searches: counter(
    "portico_searches_total",
    "Searches, by how they were answered.",
    ["mode"],
  ),
  dropped: counter(
    "portico_metrics_dropped_total",
    "Samples of which there were too many to keep.",
    ["function"],
  ),
} as const;

/** What the database knows. */
export const KNOWN = {
  lastRun: gauge(
    "portico_job_last_run_timestamp_seconds",
    "When a job has last ended, in seconds since 1970.",
    ["job"],
  ),
  indexQueued: gauge(
    "portico_index_queued_rows",
    "Rows that are not as they are indexed yet.",
    ["source"],
  ),
  indexAge: gauge(
    "portico_index_oldest_change_seconds",
    "How long the change has waited that waits longest; 0 if none does.",
    ["source"],
  ),
  indexDead: gauge(
    "portico_index_dead_rows",
    "Rows that could not be indexed, and were set aside.",
    ["source"],
  ),
  indexPaused: gauge(
    "portico_index_paused",
    "1 while a provider is left alone or the budget is used up.",
    ["source"],
  ),
  embeddingCalls: counter(
    "portico_embedding_calls_total",
    "Calls of a provider of embeddings.",
    ["source"],
  ),
  embeddingTokens: counter(
    "portico_embedding_tokens_total",
    "Tokens that a provider of embeddings has counted.",
    ["source"],
  ),
  openUploads: gauge(
    "portico_upload_tickets",
    "Upload tickets by state.",
    ["bucket", "state"],
  ),
  quotaBytes: gauge(
    "portico_upload_quota_used_bytes",
    "Bytes that count against quotas, of everybody together.",
    ["bucket"],
  ),
  quotaMost: gauge(
    "portico_upload_quota_largest_bytes",
    "Bytes that count against the quota of who uses most of it.",
    ["bucket"],
  ),
  images: gauge(
    "portico_image_changes",
    "Objects whose kept pictures are to be made or removed.",
    [],
  ),
  intents: gauge(
    "portico_admin_open_intents",
    "Actions of administrators that have begun, and not said how they ended.",
    [],
  ),
  notices: gauge(
    "portico_admin_notices",
    "Notices that have not been sent.",
    [],
  ),
  taskFailures: gauge(
    "portico_sweep_failures",
    "Rows that sweep could not remove.",
    ["task"],
  ),
} as const;

/** All of them, by name. */
export const CATALOGUE: ReadonlyMap<string, Metric> = new Map(
  [...Object.values(COUNTED), ...Object.values(KNOWN)]
    .map((metric: Metric) => [metric.name, metric]),
);

/**
 * How much one search may ask for. No I/O.
 *
 * @module
 */

import type { RateLimit } from "../_shared/rate_limit.ts";
import { seconds } from "../_shared/units.ts";

/** Results of one search, at most. The database holds to it as well. */
export const MAX_RESULTS = 100;

/** Results of a search that does not say how many. */
export const DEFAULT_RESULTS = 10;

/** Characters of a query: models read a few hundred tokens of it. */
export const MAX_QUERY = 2_000;

/** Numbers of a vector: pgvector indexes no longer ones, as halves. */
export const MAX_DIMENSIONS = 4_000;

/**
 * How long a provider may think about a query, in milliseconds: less than a search
 * may take, so that there is time to look for its words alone.
 */
export const PATIENCE_MS = seconds(3);

/** Queries whose vectors an instance remembers, of at most 4 KB each. */
export const REMEMBERED_QUERIES = 1_000;

/**
 * Queries of one person that a provider is asked about for money. In the
 * migration `…_search.sql` as well, which is what counts.
 */
export const LIMIT: RateLimit = {
  name: "search-queries",
  capacity: 120,
  windowS: 60,
};

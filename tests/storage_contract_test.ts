/**
 * The contract of Storage, over HTTP: what holds for every Supabase, and for
 * the local stack. It runs against the latter unless `SUPABASE_URL`,
 * `SUPABASE_PUBLISHABLE_KEY` and `SUPABASE_SECRET_KEY` name another.
 *
 * @module
 */
import "./contracts/storage/buckets.ts";
import "./contracts/storage/copies.ts";
import "./contracts/storage/downloads.ts";
import "./contracts/storage/listings.ts";
import "./contracts/storage/moves.ts";
import "./contracts/storage/partial_downloads.ts";
import "./contracts/storage/removals.ts";
import "./contracts/storage/resumable.ts";
import "./contracts/storage/signed_urls.ts";
import "./contracts/storage/uploads.ts";

/**
 * What a project decides about its user administration, beside `rules.ts`. No
 * I/O.
 *
 * @module
 */
import type { RateLimit } from "../_shared/rate_limit.ts";
import type { Role } from "./rules.ts";

/**
 * The roles that other servers act with, by the names of their secret keys. Never
 * the highest one: a key cannot be asked for a second factor.
 */
export const KEYS: Readonly<Record<string, Exclude<Role, "owner">>> = {
  default: "admin",
};

/** Acts of one person or key: a back office is used by hand. */
export const LIMIT: RateLimit = {
  name: "admin-acts",
  capacity: 60,
  windowS: 60,
};

/** Looks of one person or key: an export is an act. */
export const LOOKS: RateLimit = {
  name: "admin-looks",
  capacity: 600,
  windowS: 60,
};

/** Jobs of one person or key, and how many acts all of them are. */
export const BULK = {
  /** Accounts of one job. */
  most: 1000,
  jobs: { name: "admin-jobs", capacity: 10, windowS: 60 * 60 },
  acts: { name: "admin-job-acts", capacity: 5000, windowS: 60 * 60 },
  /** Taken at a time. */
  atOnce: 10,
  /** In one run, each some 10 ms of CPU: a run has 2 s. */
  inRun: 100,
  /** For one run, in milliseconds. */
  runMs: 30_000,
} satisfies Readonly<Record<string, number | RateLimit>>;

/**
 * Where links may lead beside `site_url`, which is Auth's own default. Whole
 * addresses, or all that is below one that ends with a slash.
 */
export const REDIRECTS: readonly string[] = ["http://127.0.0.1:3000/"];

/** In seconds: what `auth.jwt_expiry` is. Tokens that are out live so long. */
export const TOKEN_LIFETIME_S = 3600;

/** In days: no longer than a century, which Auth has a number for. */
export const MAX_BAN_DAYS = 36_500;

/**
 * Whether people are told, by mail, when somebody who administers changes their
 * address, password or factors, or has a link made: see the README. Without
 * `NOTICE_URL` none of this is done then.
 */
export const NOTIFIES: boolean = true;

/** Objects that go with one call: each hundred takes Storage a moment. */
export const MAX_OBJECTS = 1000;

/** What one page has. */
export const PAGE = { usual: 50, most: 200 };

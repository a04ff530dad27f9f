/**
 * What every route of `/auth/v1` is given, and what it may be given by the
 * stack.
 *
 * @module
 */
import type { Database } from "../database.ts";
import type { Identity, Keys } from "../keys.ts";
import type { Mail } from "./mails.ts";
import type { AuthSettings } from "./settings.ts";

/** What `/auth/v1` needs of the stack around it. */
export interface AuthStack {
  readonly database: Database;
  readonly keys: Keys;
  /** Where clients reach the stack: `http://127.0.0.1:54321`. */
  readonly url: string;
  readonly settings: AuthSettings;
  /** Takes what would be sent, once what it is about has been committed. */
  readonly post: (mail: Mail) => void;
  /** Work factor of password hashes, a power of two. 10 unless given. */
  readonly bcryptCost?: number;
  /** Is told of every failure of ours; the caller learns only that it failed. */
  readonly report?: (error: unknown) => void;
}

/** One request that has passed the gateway. */
export interface Call {
  readonly stack: AuthStack;
  readonly request: Request;
  readonly url: URL;
  /** What the pattern of the route captured. */
  readonly parameters: readonly string[];
  readonly identity: Identity;
  /** Read in full before any transaction, so that nobody slow holds one. */
  readonly body: Uint8Array;
}

/** Answers one method of one path. */
export type Handler = (call: Call) => Promise<Response>;

/** One path, and what it does for each method. */
export interface Route {
  readonly path: RegExp;
  /** Whether the gateway lets it through without a key. */
  readonly open?: boolean;
  readonly methods: Readonly<Record<string, Handler>>;
}

/** The work factor of Supabase Auth. */
const BCRYPT_COST = 10;

/** The work factor that this stack hashes with. */
export function bcryptCostOf({ bcryptCost = BCRYPT_COST }: AuthStack): number {
  return bcryptCost;
}

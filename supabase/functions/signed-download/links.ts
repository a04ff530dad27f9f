/**
 * Links that have been given, as the database remembers them.
 *
 * @module
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import * as v from "valibot";
import { notLive } from "../_shared/caller.ts";
import { callSql } from "../_shared/postgres.ts";
import { type Left, LeftAnswer, limited } from "../_shared/rate_limit.ts";
import type { Link, Sight, Wish } from "./plan.ts";
import { LIMIT } from "./policy.ts";

/** What the caller may see, and what was signed for it before. */
export interface Opened {
  /** Without a link if there is none that is still fresh. */
  readonly sights: readonly (Sight & { readonly link?: Link })[];
  /** What the caller's rate limit still allows. */
  readonly left: Left;
}

/** What Storage has just signed. */
export type Signed = Sight & { readonly link: Link };

/** The port. */
export interface Links {
  /** @throws {Problem} "Account not active" or "Too many requests". */
  open(wishes: readonly Wish[]): Promise<Opened>;
  /**
   * Remembers what was signed for `person`. The answer is what to give: for a
   * wish that another request had signed in between, that request's link.
   */
  keep(person: string, signed: readonly Signed[]): Promise<readonly Signed[]>;
}

/**
 * Links as Postgres keeps them: migration `…_links.sql`.
 *
 * @param caller Asks, so that row-level security decides.
 * @param service Writes rows that no user may write.
 */
export function supabaseLinks(
  caller: SupabaseClient,
  service: SupabaseClient,
): Links {
  return {
    async open(wishes) {
      const given = { items: wishes.map(rowOf) };
      const answer = await callSql(caller, "open_links", given, OpenAnswer);
      switch (answer.outcome) {
        case "not live":
          throw notLive();
        case "limited":
          throw limited(LIMIT, answer.left);
        default:
          return {
            left: answer.left,
            sights: answer.links.flatMap(({ n, version, ...link }) => {
              const wish = wishes[n - 1];
              return wish === undefined ? [] : [{ ...wish, version, ...link }];
            }),
          };
      }
    },

    async keep(person, signed) {
      if (signed.length === 0) return [];
      const links = signed.map((it) => {
        return { ...rowOf(it), version: it.version, ...it.link };
      });
      const kept = await callSql(
        service,
        "keep_links",
        { person, links },
        Kept,
      );
      return signed.map((it, n) => {
        return { ...it, link: kept[n] ?? it.link };
      });
    },
  };
}

function rowOf({ bucket, path, expiresIn, options }: Wish) {
  return { bucket, path, "lifetime_s": expiresIn, options };
}

const SIGNED = v.pipe(v.string(), v.startsWith("/"));

/** The answer of `portico_api.keep_links`. */
const Kept = v.array(v.object({ url: SIGNED, expires: v.number() }));

const Seen = v.pipe(
  v.object({
    n: v.number(),
    version: v.string(),
    url: v.optional(SIGNED),
    expires: v.optional(v.number()),
  }),
  v.transform(({ n, version, url, expires }) =>
    url === undefined || expires === undefined
      ? { n, version }
      : { n, version, link: { url, expires } }
  ),
);

/** The answer of `portico_api.open_links`. */
const OpenAnswer = v.variant("outcome", [
  v.object({
    outcome: v.literal("opened"),
    left: LeftAnswer,
    links: v.array(Seen),
  }),
  v.object({ outcome: v.literal("limited"), left: LeftAnswer }),
  v.object({ outcome: v.literal("not live") }),
]);

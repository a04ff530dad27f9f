/**
 * What people have in Storage.
 *
 * @module
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import * as v from "valibot";
import { storageUnavailable } from "../_shared/place.ts";
import { callSql } from "../_shared/postgres.ts";
import { problem } from "../_shared/problem.ts";
import { MAX_OBJECTS } from "./policy.ts";

const objectsLeft = problem(409, "Objects left");

/** Storage takes as many at a time. Source: storage-api, `deleteObjects`. */
const AT_ONCE = 100;

/** The port. */
export interface Belongings {
  /**
   * Removes all that a person has, at most `MAX_OBJECTS`; the answer is how many.
   *
   * @throws {Problem} "Objects left" if there is more, which another call removes;
   * "Storage unavailable".
   */
  remove(person: string): Promise<number>;
}

/** @param service Objects of others are nobody else's to remove. */
export function supabaseBelongings(service: SupabaseClient): Belongings {
  const listed = async (person: string) => {
    const given = { person, size: AT_ONCE };
    return await callSql(service, "list_stored", given, Places);
  };
  return {
    async remove(person) {
      let removed = 0;
      for (;;) {
        const places = await listed(person);
        if (places.length === 0) return removed;
        if (removed >= MAX_OBJECTS) {
          throw objectsLeft("There is more: ask again", { removed });
        }
        await removeSome(service, places);
        removed += places.length;
      }
    },
  };
}

async function removeSome(
  { storage }: SupabaseClient,
  places: v.InferOutput<typeof Places>,
): Promise<void> {
  const buckets = Map.groupBy(places, ({ bucket }) => bucket);
  for (const [bucket, some] of buckets) {
    const paths = some.map(({ path }) => path);
    const { data, error } = await storage.from(bucket).remove(paths);
    // What it passes over would be listed again, for ever.
    if (error !== null || data.length < paths.length) {
      throw storageUnavailable("Cannot remove objects at the moment", {}, {
        cause: error,
      });
    }
  }
}

/** The answer of `portico_api.list_stored`. */
const Places = v.array(v.object({ bucket: v.string(), path: v.string() }));

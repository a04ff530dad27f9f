/**
 * The schemas that Supabase brings, before any migration.
 *
 * @module
 */
import type { Database } from "./database.ts";

/** In `sql/`, in this order. */
const SCRIPTS = [
  "roles",
  "auth",
  "auth_tokens",
  "auth_factors",
  "auth_unused",
  "storage",
  "storage_lists",
  "storage_vectors",
  "webhooks",
  "grants",
];

/** Makes them, or finds them as they should be. */
export async function applyPlatform(
  database: Pick<Database, "asOwner">,
): Promise<void> {
  for (const name of SCRIPTS) {
    const file = new URL(`./sql/${name}.sql`, import.meta.url);
    const script = await Deno.readTextFile(file);
    await database.asOwner((sql) => sql.run(script));
  }
}

/**
 * The two secrets that SQL needs to call a function of the project: where it
 * is, and what a call is signed with. On the platform their owner puts them
 * into Vault.
 *
 * @module
 */
import type { Database } from "./database.ts";
import type { Keys } from "./keys.ts";

/** Puts `secrets` into Vault by their names, or changes those that are there. */
export async function keepSecrets(
  database: Database,
  secrets: Readonly<Record<string, string>>,
): Promise<void> {
  await database.asOwner(async (sql) => {
    for (const [name, secret] of Object.entries(secrets)) {
      const [known] = await sql.query<{ id: string }>(
        "select id from vault.secrets where name = $1",
        [name],
      );
      await (known === undefined
        ? sql.query("select vault.create_secret($1, $2)", [secret, name])
        : sql.query("select vault.update_secret($1, $2)", [known.id, secret]));
    }
  });
}

/** The secret that functions verify calls with: the project's own, or ours. */
export function webhookSecretOf(
  env: Readonly<Record<string, string>>,
  keys: Keys,
): string {
  // There may be several, for a rotation; the first is the one to sign with.
  const [own] = env["WEBHOOK_SECRET"]?.split(/[\s,]+/).filter(Boolean) ?? [];
  return own ?? keys.webhookSecret;
}

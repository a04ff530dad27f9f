/**
 * All accounts at a moment: to be compared, and to be had again.
 *
 * @module
 */
import type { World } from "../world.ts";

/** An account, as Postgres has it. */
export interface Account {
  readonly id: string;
  readonly role: string | null;
  /** Neither banned nor deleted. */
  readonly mayAct: boolean;
  readonly sessions: readonly string[];
  /** Different after any change of the account, its factors or its sessions. */
  readonly digest: string;
}

/** Every account there is, by its id, the oldest first. */
export async function accountsOf(
  world: World,
): Promise<ReadonlyMap<string, Account>> {
  const rows = await world.rows<Account>(
    `select id, raw_app_meta_data ->> 'role' as role,
       deleted_at is null and coalesce(banned_until <= now(), true) as "mayAct",
       sessions, md5(concat_ws(' ', to_jsonb(it), sessions, factors)) as digest
     from auth.users it,
       lateral (select coalesce(jsonb_agg(id order by id), '[]') as sessions
         from auth.sessions where user_id = it.id) as a,
       lateral (select coalesce(jsonb_agg(id order by id), '[]') as factors
         from auth.mfa_factors where user_id = it.id) as b
     order by created_at, id`,
  );
  return new Map(rows.map((it) => [it.id, it]));
}

/** Referred to before they refer. */
const TABLES = [
  ...["users", "identities", "mfa_factors", "sessions", "refresh_tokens"],
  "mfa_amr_claims",
];

/** Remembers all accounts; the answer brings them back, and nobody else. */
export async function remember({ rows }: World): Promise<() => Promise<void>> {
  const restoring = ["delete from auth.users"];
  for (const table of TABLES) {
    await rows(`create table public.kept_${table} as table auth.${table}`);
    const [{ columns = "" } = {}] = await rows<{ columns: string }>(
      `select string_agg(quote_ident(column_name), ', ') as columns
       from information_schema.columns
       where table_schema = 'auth' and table_name = $1
         and is_generated = 'NEVER'`,
      [table],
    );
    restoring.push(
      `insert into auth.${table} (${columns})
       select ${columns} from public.kept_${table}`,
    );
  }
  return async () => {
    for (const statement of restoring) await rows(statement);
  };
}

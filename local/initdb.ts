/**
 * An empty Postgres in a folder, whole or not at all.
 *
 * @module
 */
import { PGlite } from "@electric-sql/pglite";

/** Grows when what is made here changes: older folders cannot be opened. */
export const LAYOUT = 2;

/**
 * The platform's own role. The owner of a project is `postgres`, who may do
 * much and not everything.
 */
export const SUPERUSER = "supabase_admin";

/** The owner of a project: of its migrations, and of what its people type. */
export const OWNER = "postgres";

/**
 * Postgres calls its first role `postgres`. Nobody can rename who they are, so
 * a third role does it.
 */
export const ROLES = `
  create role initdb superuser;
  set session authorization initdb;
  alter role postgres rename to ${SUPERUSER};
  set session authorization ${SUPERUSER};
  drop role initdb;
  create role postgres
    login createdb createrole replication bypassrls;
  alter database postgres owner to postgres;
`;

/**
 * Makes a database in `folder` unless there is one. It is made beside the
 * folder and then renamed, so that a process killed half way leaves nothing
 * that looks finished.
 */
export async function ensureDatabase(folder: string): Promise<void> {
  if (await exists(folder)) return;
  const draft = `${folder}.draft`;
  if (await exists(draft)) await Deno.remove(draft, { recursive: true });
  const pglite = await PGlite.create(draft);
  await pglite.exec(ROLES);
  await pglite.close();
  await Deno.rename(draft, folder);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

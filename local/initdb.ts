/**
 * An empty Postgres in a folder, whole or not at all.
 *
 * @module
 */
import { PGlite } from "@electric-sql/pglite";

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

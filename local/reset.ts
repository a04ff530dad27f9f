/**
 * `--reset`: throws a stack's data away.
 *
 * @module
 */
import { lockFolder } from "./folder_lock.ts";

/** Everything that a stack keeps. Nothing else in the folder is touched. */
const KEPT = [
  "database",
  "database.draft",
  "objects",
  "uploads",
  "keys.json",
];

/**
 * Empties `data`.
 *
 * @throws {FolderInUse} if a stack is running on it.
 */
export async function resetData(data: string): Promise<void> {
  using _lock = await lockFolder(data);
  for (const name of KEPT) {
    await Deno.remove(`${data}/${name}`, { recursive: true })
      .catch((error) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      });
  }
}

/**
 * `--reset` and `--new-keys`: throw away what a stack keeps.
 *
 * @module
 */
import { lockFolder } from "./folder_lock.ts";

/** What goes. Nothing else in the folder is touched. */
export interface Rubbish {
  /** Rows and files. */
  readonly data: boolean;
  /** Apart, or a front-end would need new ones each time. */
  readonly keys: boolean;
}

/**
 * Throws things in `folder` away.
 *
 * @throws {FolderInUse} if a stack is running on it.
 */
export async function resetData(
  folder: string,
  { data, keys }: Rubbish,
): Promise<void> {
  using _lock = await lockFolder(folder);
  const names = [
    ...data ? ["database", "database.draft", "objects", "uploads"] : [],
    ...keys ? ["keys.json"] : [],
  ];
  for (const name of names) {
    await Deno.remove(`${folder}/${name}`, { recursive: true })
      .catch((error) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      });
  }
}

/**
 * One stack a data folder. PGlite would open the same files twice and let the
 * two diverge without a word.
 *
 * @module
 */

/** Another process holds the folder. */
export class FolderInUse extends Error {
  override readonly name = "FolderInUse";
}

/**
 * Takes `folder` for this process. The operating system gives it back when the
 * process ends, however it ends.
 *
 * @throws {FolderInUse} Naming the process that holds it.
 */
export async function lockFolder(folder: string): Promise<Disposable> {
  await Deno.mkdir(folder, { recursive: true });
  const path = `${folder}/lock`;
  const file = await Deno.open(path, { read: true, write: true, create: true });
  if (!file.tryLockSync(true)) {
    file.close();
    const holder = await Deno.readTextFile(path);
    throw new FolderInUse(`${folder} is in use by process ${holder.trim()}`);
  }
  await file.truncate();
  await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
  return { [Symbol.dispose]: () => file.close() };
}

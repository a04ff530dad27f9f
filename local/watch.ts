/**
 * Says when files have changed.
 *
 * @module
 */
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

/** Editors write a file in several steps: they are over after so long. */
const SETTLED_MS = 100;

/** Calls `react` after something in `folder` has changed. */
export function onChange(folder: URL, react: () => void): Disposable {
  const watcher = Deno.watchFs(fileURLToPath(folder));
  return settled(watcher, () => true, react);
}

/** Calls `react` after `file` has changed. */
export function onFileChange(file: URL, react: () => void): Disposable {
  // Its folder, since many an editor puts a new file in its place.
  const folder = fileURLToPath(new URL("./", file));
  const watcher = Deno.watchFs(folder, { recursive: false });
  const name = basename(fileURLToPath(file));
  return settled(
    watcher,
    (paths) => paths.some((path) => basename(path) === name),
    react,
  );
}

function settled(
  watcher: Deno.FsWatcher,
  matters: (paths: readonly string[]) => boolean,
  react: () => void,
): Disposable {
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function listen(): Promise<void> {
    for await (const { kind, paths } of watcher) {
      if (kind === "access" || !matters(paths)) continue;
      clearTimeout(timer);
      timer = setTimeout(react, SETTLED_MS);
    }
  }

  listen();
  return {
    [Symbol.dispose]() {
      clearTimeout(timer);
      watcher.close();
    },
  };
}

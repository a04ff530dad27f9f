/**
 * Says when files have changed.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** Editors write a file in several steps: they are over after so long. */
const SETTLED_MS = 100;

/** Calls `react` after something in `folder` has changed. */
export function onChange(folder: URL, react: () => void): Disposable {
  const watcher = Deno.watchFs(fileURLToPath(folder));
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function listen(): Promise<void> {
    for await (const { kind } of watcher) {
      if (kind === "access") continue;
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

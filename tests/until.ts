/**
 * Waiting for what happens elsewhere.
 *
 * @module
 */

/** How long anything that is waited for may take. It takes milliseconds. */
const PATIENCE_MS = 20_000;

/**
 * What `look` finds as soon as it finds something.
 *
 * @throws {Error} if it has found nothing for 20 s.
 */
export async function until<T>(
  look: () => Promise<T | undefined | false>,
): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  while (performance.now() < end) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    // The database is in this process: its queries alone would let no network
    // in between.
    await new Promise((go) => setTimeout(go, 5));
  }
  throw new Error("Cannot wait any longer");
}

/**
 * What another server answers, with a bound: it may be broken, or not the one
 * that was asked.
 *
 * @module
 */

/**
 * A body of at most `max` bytes, and no more of it than that in memory;
 * `undefined` for a longer one.
 */
export async function bodyUpTo(
  { body }: Response,
  max: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > max) return undefined;
    chunks.push(chunk);
  }
  return await new Blob(chunks).bytes();
}

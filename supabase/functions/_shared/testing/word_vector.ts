/**
 * Vectors of the words of a text, for tests: whoever searches them finds texts
 * that share words. No I/O.
 *
 * @module
 */

/** How many dimensions each word has a hand in: so few words are the same. */
const SPREAD = 4;

/**
 * The same for the same text, nearer to each other the more words two texts
 * share, never zero, and not of unit length.
 */
export function wordVector(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (const word of wordsOf(text)) {
    for (let part = 0; part < SPREAD; part++) {
      const at = hash(`${part}${word}`) % dimensions;
      vector[at] = (vector[at] ?? 0) + 1;
    }
  }
  return vector;
}

/** In lower case; the text itself if it has none. */
export function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [text];
}

/** FNV-1a of 32 bits, over UTF-16. */
function hash(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}

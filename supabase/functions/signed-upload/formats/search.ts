/**
 * Places of short texts in bytes. No I/O.
 *
 * @module
 */

/** Where `text`, of one character a byte, first is at or behind `from`, or -1. */
export function indexOf(bytes: Uint8Array, text: string, from = 0): number {
  for (let at = from; at + text.length <= bytes.length; at++) {
    if (isAt(bytes, text, at)) return at;
  }
  return -1;
}

/** Where `text` last is, or -1. */
export function lastIndexOf(bytes: Uint8Array, text: string): number {
  for (let at = bytes.length - text.length; at >= 0; at--) {
    if (isAt(bytes, text, at)) return at;
  }
  return -1;
}

function isAt(bytes: Uint8Array, text: string, at: number): boolean {
  for (let i = 0; i < text.length; i++) {
    if (bytes[at + i] !== text.charCodeAt(i)) return false;
  }
  return true;
}

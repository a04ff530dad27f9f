/**
 * Texts for indexes, as long as they are to be. No I/O.
 *
 * @module
 */

const WORDS = [
  ...["refund", "invoice", "horse", "river", "engine", "letter", "garden"],
  ...["school", "winter", "doctor", "bridge", "market", "music", "paper"],
  ...["kitchen", "border", "teacher", "island", "station", "medicine"],
];

/** English of `bytes`, in paragraphs, and other than that of another `n`. */
export function sentences(n: number, bytes: number): string {
  const parts: string[] = [];
  let length = 0;
  for (let at = 0; length < bytes; at++) {
    const [one, two, three] = [0, 1, 2].map((it) => wordOf(n + at * 7 + it));
    const part = `The ${one} of ${two} ${n + at} needs no ${three}.`;
    parts.push(part + (at % 12 === 11 ? "\n\n" : " "));
    length += part.length;
  }
  return parts.join("").slice(0, bytes);
}

function wordOf(n: number): string {
  return WORDS[n % WORDS.length] ?? "";
}

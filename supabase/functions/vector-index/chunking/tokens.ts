/**
 * How many tokens a text is likely to be, without a tokenizer. No I/O.
 *
 * A word of the Latin script is a token, and each letter after its fourth a
 * quarter of one more. A letter with an accent is one more, and so is each of
 * j, k, q, x and z: words that English does not know are dearer, and have more
 * of them. Other scripts have a cost for each character.
 *
 * Estimate ÷ tokens of `cl100k_base`, 2026-11: the Universal Declaration of
 * Human Rights, 1.4 in English, 0.9 to 1.2 in 20 other languages of Europe, in
 * Vietnamese, Indonesian and Turkish; 1.0 to 1.2 in Chinese, Japanese, Korean,
 * Arabic, Hindi, Thai and Russian; 0.8 in Swahili, Lithuanian and Kazakh; over
 * all 422 in Latin letters 0.64 at least and 0.88 in the middle. Technical
 * English 1.5, TypeScript 1.6, JSON 1.1 to 1.2, digests 1.0, base64 0.9,
 * emoji 1.0, and random letters 0.7 to 0.8. By `o200k_base` it is above 1 for
 * all of these languages; by BERT's, for English, 1.1 to 1.5.
 *
 * @module
 */
import {
  ACCENTED,
  BREAK,
  COSTS,
  DIGIT,
  LOWER,
  PLAIN,
  SPACE,
  UPPER,
} from "./scripts.ts";

/** Costs are whole numbers, so that sums do not drift. */
export const TOKEN = 100;

/** Letters that a token has in most languages of the script. */
const LETTERS = 4;
const LETTER_MORE = 27;
/** Tokenizers know fewer words in capitals, and fewer words that are keys. */
const CAPITAL_MORE = 40;
/** `cl100k_base` splits numbers into groups of this many. */
const DIGITS = 3;
/** A ruler such as `-----` is few tokens, if not one. */
const REPEATED = 25;

/** What came of a scan. */
interface Reach {
  /** Where the first character that the budget is too small for begins. */
  readonly end: number;
  /** Of what is before it. */
  readonly cost: number;
}

/**
 * The cost of texts in hundredths of a token. That of two texts with a space
 * or a line break between them is the sum of theirs, and of one token for the
 * line break.
 *
 * @example A word is a token
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { costOf } from "./tokens.ts";
 *
 * equal(costOf("two words"), 227);
 * ```
 */
export function costOf(text: string): number {
  return reach(text, 0, Infinity).cost;
}

/**
 * The tokens that a model is likely to count in a text.
 *
 * @example Han is dearer than Latin
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { tokensOf } from "./tokens.ts";
 *
 * equal(tokensOf("unity is strength"), 5);
 * equal(tokensOf("团结就是力量"), 8);
 * ```
 */
export function tokensOf(text: string): number {
  return Math.ceil(costOf(text) / TOKEN);
}

/** How far into a text, from a place on, `budget` hundredths of tokens reach. */
export function reach(text: string, from: number, budget: number): Reach {
  const meter = new Meter();
  let cost = 0;
  for (let at = from; at < text.length; at++) {
    const more = meter.costOf(text.charCodeAt(at));
    if (cost + more > budget) return { end: at, cost };
    cost += more;
  }
  return { end: text.length, cost };
}

/** Reads units of UTF-16 in order. */
class Meter {
  #kind = BREAK;
  #run = 0;

  costOf(code: number): number {
    const cost = COSTS[code] ?? 0;
    const kind = cost < PLAIN ? cost : PLAIN + code;
    const before = this.#kind;
    this.#kind = kind;
    this.#run = this.#goesOn(before, kind) ? this.#run + 1 : 1;
    if (cost > PLAIN) return this.#run > 1 && isSign(cost) ? REPEATED : cost;
    return cost === PLAIN ? 0 : this.#inRun(kind, before);
  }

  #goesOn(before: number, kind: number): boolean {
    if (before === kind) return true;
    // Letters go on, but for a capital in the middle of a name in code.
    return kind <= ACCENTED && before <= UPPER;
  }

  #inRun(kind: number, before: number): number {
    const isFirst = this.#run === 1;
    if (kind === DIGIT) return this.#run % DIGITS === 1 ? TOKEN : 0;
    if (kind === BREAK) return isFirst ? TOKEN : 0;
    // One space belongs to the word after it; more are a token together.
    if (kind === SPACE) return this.#run === 2 ? TOKEN : 0;
    if (kind === UPPER && before === UPPER) return CAPITAL_MORE;
    const letter = isFirst ? TOKEN : this.#run > LETTERS ? LETTER_MORE : 0;
    return kind === LOWER || kind === UPPER ? letter : letter + TOKEN;
  }
}

function isSign(cost: number): boolean {
  return cost === TOKEN;
}

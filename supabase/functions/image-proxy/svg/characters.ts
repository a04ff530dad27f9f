/**
 * References to characters: XML 1.0, sections 4.1 and 4.6. No I/O.
 *
 * @module
 */
import { Refused } from "../header/refused.ts";

/** What every document has without declaring it. */
const NAMED: Readonly<Record<string, string>> = {
  amp: "&",
  apos: "'",
  gt: ">",
  lt: "<",
  quot: '"',
};

/**
 * `raw` with what its references stand for. There are no entities but the five:
 * a document that declares others has been refused by then.
 *
 * @example A name that is hidden
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { dereferenced } from "./characters.ts";
 *
 * equal(dereferenced("&#106;ava&#x73;cript"), "javascript");
 * ```
 *
 * @throws {Refused} "corrupt", for what refers to nothing.
 */
export function dereferenced(raw: string): string {
  if (!raw.includes("&")) return raw;
  return raw.replace(/&([^;&]*);?/g, (reference, name: string) => {
    const character = reference.endsWith(";") ? characterOf(name) : undefined;
    if (character === undefined) throw new Refused("corrupt");
    return character;
  });
}

function characterOf(name: string): string | undefined {
  if (!name.startsWith("#")) {
    return Object.hasOwn(NAMED, name) ? NAMED[name] : undefined;
  }
  const [, hex, decimal] = /^#(?:x([\da-f]{1,6})|(\d{1,7}))$/i.exec(name) ?? [];
  const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
  return isCharacter(code) ? String.fromCodePoint(code) : undefined;
}

/** Section 2.2: no control characters but white space, and no halves. */
function isCharacter(code: number): boolean {
  return code >= 0x20 && code <= 0xd7ff || code >= 0xe000 && code <= 0xfffd ||
    code >= 0x10000 && code <= 0x10ffff || [9, 10, 13].includes(code);
}

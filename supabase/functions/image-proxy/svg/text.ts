/**
 * Which text is drawn: what the fonts here have, and in a style that the
 * renderer reads. No I/O.
 *
 * @module
 */
import { unsupported } from "../header/refused.ts";
import { COVERED } from "./covered.ts";

/** Any character but those that the fonts have, and white space. */
const MISSING = new RegExp(`[^\\s${classOf(COVERED)}]`, "u");

function classOf(runs: string): string {
  return runs.replace(/[\da-f]+/g, (number) => `\\u{${number}}`)
    .replace(/\s+/g, "");
}

/**
 * Requires that every character of `text` has a shape: what has none would be a
 * box, or nothing.
 *
 * @throws {Refused} "unsupported", with the first that has none.
 */
export function requireShapes(text: string): void {
  const [missing] = MISSING.exec(text) ?? [];
  if (missing === undefined) return;
  const number = missing.codePointAt(0)?.toString(16).toUpperCase();
  throw unsupported(
    `Its text has U+${number?.padStart(4, "0")}, which no font here has`,
  );
}

/** `font: …`, which the renderer passes over: of a system, or without a size. */
const ALL_IN_ONE = /(?:^|[\s;{/])font\s*:(?!\s*(?:inherit|unset)\b)/i;

/** Whether `css`, which has been typeset, says of fonts what nobody reads. */
export function saysAllInOne(css: string): boolean {
  return ALL_IN_ONE.test(css);
}

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

/** `font: bold 12px …`, which the renderer passes over. Source: CSS Fonts 4. */
const ALL_IN_ONE = /(?:^|[\s;{/])font\s*:/i;

/** Whether `css` says of fonts what the renderer does not read. */
export function saysAllInOne(css: string): boolean {
  return ALL_IN_ONE.test(css);
}

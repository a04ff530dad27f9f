/**
 * What a style could load. No I/O.
 *
 * Styles are not parsed for it, but looked through for what loads something,
 * however it is written: so a few are refused that are harmless.
 *
 * @module
 */
import { unsupported } from "../header/refused.ts";

/** What something may stand in for that matters here. */
const CURIOUS = /[\\(@]/;

/** Functions that load what is named in them. */
const LOADING = /\b(?:url|src|image|image-set|cross-fade)\(\s*(["']?)\s*(.?)/g;

/**
 * Looks through a style sheet, a `style` attribute, or an attribute that may
 * have `url(…)` in it, all without references to characters.
 *
 * @throws {Refused} If it loads anything but by `url(#…)`, which is a part of
 * the same drawing.
 */
export function requireOwnStyle(css: string): void {
  if (!CURIOUS.test(css)) return;
  const plain = unescaped(css).toLowerCase();
  // A comment may be in the middle of a word, and a mark of one in a text.
  for (const it of [plain, uncommented(plain)]) requireNothingLoaded(it);
}

function requireNothingLoaded(css: string): void {
  if (css.includes("@import")) throw unsupported("It imports a style sheet");
  if (css.includes("@font-face")) throw unsupported("It loads a font");
  for (const [, , first] of css.matchAll(LOADING)) {
    if (first !== "#") throw unsupported("Its style loads something else");
  }
}

/** CSS Syntax, section 4.3.7. */
function unescaped(css: string): string {
  if (!css.includes("\\")) return css;
  return css.replace(
    /\\(?:([\da-f]{1,6})(?:\r\n|[ \t\r\n\f])?|\r\n|([^]))/gi,
    (_, hex?: string, character = "") =>
      hex === undefined ? character.trim() : fromHex(hex),
  );
}

function fromHex(hex: string): string {
  const code = parseInt(hex, 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
}

function uncommented(css: string): string {
  return css.replace(/\/\*.*?(?:\*\/|$)/gs, "");
}

/**
 * What `&…;` stands for in HTML and Markdown. No I/O.
 *
 * The names are those of Latin-1, and those that people write; the standard has
 * 2,231. Others stay as they are. Source: HTML, §13.5, and §13.2.5.80 for the
 * numbers that stand for something else.
 *
 * @module
 */
import { safe } from "./safe.ts";

/** A reference, which no name makes longer than this. */
const REFERENCE = /&(#x[0-9a-f]{1,8}|#[0-9]{1,9}|[a-z][a-z0-9]{1,12});/gi;

/** From U+00A0 on, in order. */
const LATIN_1 = "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf " +
  "laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil " +
  "sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde " +
  "Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml " +
  "ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute " +
  "Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig " +
  "ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve " +
  "oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute " +
  "thorn yuml";

/** From U+0391 on, in order, but for the second sigma in small. */
const GREEK = "Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa " +
  "Lambda Mu Nu Xi Omicron Pi Rho . Sigma Tau Upsilon Phi Chi Psi Omega " +
  ". . . . . . . alpha beta gamma delta epsilon zeta eta theta iota kappa " +
  "lambda mu nu xi omicron pi rho sigmaf sigma tau upsilon phi chi psi omega";

const OTHERS = "quot=\" amp=& lt=< gt=> apos=' ndash=– mdash=— lsquo=‘ " +
  "rsquo=’ sbquo=‚ ldquo=“ rdquo=” bdquo=„ lsaquo=‹ rsaquo=› bull=• hellip=… " +
  "prime=′ Prime=″ dagger=† Dagger=‡ permil=‰ euro=€ trade=™ larr=← uarr=↑ " +
  "rarr=→ darr=↓ harr=↔ rArr=⇒ hArr=⇔ minus=− infin=∞ ne=≠ le=≤ ge=≥ asymp=≈ " +
  "equiv=≡ sum=∑ prod=∏ radic=√ part=∂ int=∫ isin=∈ forall=∀ exist=∃ empty=∅ " +
  "and=∧ or=∨ cap=∩ cup=∪ sdot=⋅ lowast=∗ OElig=Œ oelig=œ Scaron=Š scaron=š " +
  "Yuml=Ÿ fnof=ƒ circ=ˆ tilde=˜ spades=♠ clubs=♣ hearts=♥ diams=♦ check=✓ " +
  "star=☆ lbrace={ rbrace=} lbrack=[ rbrack=] lpar=( rpar=) grave=` num=# " +
  "vert=| ast=* lowbar=_ colon=: semi=; comma=, period=. excl=! quest=? " +
  "dollar=$ percnt=% plus=+ equals== sol=/ bsol=\\ hyphen=‐";

const SPACES = ["ensp", "emsp", "thinsp", "Tab", "NewLine"];

const NAMES: ReadonlyMap<string, string> = new Map([
  ...inOrder(LATIN_1, 0xa0),
  ...inOrder(GREEK, 0x391),
  ...OTHERS.split(" ").map((it): [string, string] => {
    const at = it.indexOf("=");
    return [it.slice(0, at), it.slice(at + 1)];
  }),
  ...SPACES.map((it): [string, string] => [it, " "]),
  ["zwj", "\u200D"],
  ["zwnj", "\u200C"],
  ["lrm", "\u200E"],
  ["rlm", "\u200F"],
]);

function inOrder(names: string, from: number): [string, string][] {
  return names.split(" ").map((
    name,
    at,
  ) => [name, String.fromCodePoint(from + at)]);
}

/**
 * A text with what its references stand for, safe to store.
 *
 * @example A name and a number
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { decoded } from "./entities.ts";
 *
 * equal(decoded("R&amp;D &#x1F680; &unheard;"), "R&D 🚀 &unheard;");
 * ```
 */
export function decoded(text: string): string {
  if (!text.includes("&")) return text;
  return text.replaceAll(
    REFERENCE,
    (all, name: string) =>
      name.startsWith("#") ? numbered(name.slice(1)) : NAMES.get(name) ?? all,
  );
}

function numbered(digits: string): string {
  const isHex = /^x/i.test(digits);
  const code = parseInt(isHex ? digits.slice(1) : digits, isHex ? 16 : 10);
  if (code >= 0x80 && code < 0xa0) return windows1252(code);
  if (code === 0 || code > 0x10ffff) return "\uFFFD";
  return safe(String.fromCodePoint(code));
}

/** What people mean by a number that is a control. */
function windows1252(code: number): string {
  return new TextDecoder("windows-1252").decode(new Uint8Array([code]));
}

/**
 * Fonts as the renderer finds them: for every family the one of ours that is
 * most like it, and `font` as the properties that it is short for. No I/O.
 *
 * @module
 */
import type { Name } from "./names.ts";
import type { Attribute } from "./xml.ts";

/** Of the fonts in `fonts_ttf.ts`, by their own names. */
export type Family = "Arimo" | "Tinos" | "Cousine";

/** What a family is called, and which of ours is as wide: the first counts. */
const LIKE: readonly [name: RegExp, family: Family][] = [
  [/mono|courier|consol|menlo|monaco|terminal|typewriter|\bcode\b/i, "Cousine"],
  [/sans|arial|helvetica|verdana|system-ui/i, "Arimo"],
  [/serif|times|georgia|garamond|palatino|cambria|baskerville/i, "Tinos"],
];

/**
 * The family that a list of them stands for: that of the first one which says
 * what it is.
 *
 * @example What Graphviz writes
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { familyOf } from "./typeset.ts";
 *
 * equal(familyOf("Times,serif"), "Tinos");
 * equal(familyOf("'Fira Code', Menlo, monospace"), "Cousine");
 * equal(familyOf("inherit"), undefined);
 * ```
 */
export function familyOf(list: string): Family | undefined {
  for (const name of list.split(",")) {
    const [, family] = LIKE.find(([like]) => like.test(name)) ?? [];
    if (family !== undefined) return family;
  }
  return undefined;
}

/** Up to the next declaration; a reference to a character ends none. */
const FAMILIES = /(font-family\s*:\s*)((?:&[\w#]+;|[^;}&])*)/gi;

/** CSS Fonts 4, section 2.7: size, and what stands before it. */
const SIZE = String.raw`(?:\d+(?:\.\d+)?|\.\d+)(?:px|pt|pc|em|ex|in|cm|mm|%)` +
  "|(?:xx?-)?(?:small|large)|medium|smaller|larger";
const FONT = new RegExp(
  String.raw`(^|[\s;{])font\s*:\s*((?:[\w-]+\s+)*?)(${SIZE})` +
    String.raw`(?:\s*/\s*[\w.%]+)?\s+(?=\S)`,
  "gi",
);

const SLANTED = /\b(?:italic|oblique)\b/i;
const WEIGHT = /\b(?:bold|bolder|lighter|[1-9]00)\b/i;

/**
 * A style sheet or declarations, as they are written in a document.
 *
 * @example What is short for others
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { typeset } from "./typeset.ts";
 *
 * equal(
 *   typeset("font:bold 9px/2 Courier,monospace;fill:red"),
 *   "font-style:normal;font-weight:bold;font-size:9px;" +
 *     "font-family:Cousine;fill:red",
 * );
 * ```
 */
export function typeset(css: string): string {
  return css.replace(FONT, inParts).replace(
    FAMILIES,
    (_, name: string, list: string) => name + (familyOf(list) ?? list),
  );
}

/** The value of an attribute, as it is written, if it says anything of fonts. */
export function typesetValue(
  { space, local, written }: Name & Pick<Attribute, "written">,
): string | undefined {
  if (space !== "") return undefined;
  if (local === "style") return typeset(written);
  return local === "font-family" ? familyOf(written) : undefined;
}

function inParts(
  ...[, before = "", words = "", size = ""]: readonly string[]
): string {
  const [style = "normal"] = SLANTED.exec(words) ?? [];
  const [weight = "normal"] = WEIGHT.exec(words) ?? [];
  const parts = [
    `font-style:${style}`,
    `font-weight:${weight}`,
    `font-size:${size}`,
  ];
  return `${before}${parts.join(";")};font-family:`;
}

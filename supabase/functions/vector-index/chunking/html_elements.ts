/**
 * What the elements of HTML do to the text in them. No I/O.
 *
 * @module
 */

/** They stand in a line of text, and part no words. Source: HTML, §4.5. */
const INLINE: ReadonlySet<string> = new Set(
  ("a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd " +
    "label mark nobr q rb rp rt ruby s samp small span strike strong sub sup " +
    "time tt u var wbr").split(" "),
);

/** The others that authors of Markdown use. */
const BLOCKS: ReadonlySet<string> = new Set(
  ("address article aside blockquote br button caption center col colgroup " +
    "dd details div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 " +
    "header hr iframe img input li main nav ol p picture pre section source " +
    "summary svg table tbody td tfoot th thead tr ul video").split(" "),
);

/** Their content is for programs, or for browsers that have no other. */
const HIDDEN = ["iframe", "noscript", "script", "style", "svg", "template"];

const ENDS: ReadonlyMap<string, RegExp> = new Map(
  HIDDEN.map((name) => [name, new RegExp(`</${name}(?=[\\s/>])`, "gi")]),
);

/** Whether an element may begin in the middle of a word. */
export function isInline(name: string): boolean {
  return INLINE.has(name);
}

/** Whether it is HTML, and not the `<T>` of a sentence about code. */
export function isElement(name: string): boolean {
  return INLINE.has(name) || BLOCKS.has(name);
}

/** What ends an element whose content nobody reads. */
export function endOf(name: string): RegExp | undefined {
  return ENDS.get(name);
}

/**
 * What WordNet says about words: sentences to learn from, and pairs of texts
 * that mean the same or nearly. No I/O.
 *
 * Source: wndb(5WN), https://wordnet.princeton.edu/documentation/wndb5wn
 *
 * @module
 */

/** Words of one meaning. */
export interface Synset {
  /** Its part of speech and its place in the file. */
  readonly id: string;
  readonly words: readonly string[];
  /** The definition. */
  readonly gloss: string;
  readonly examples: readonly string[];
  /** The ids of those that are more general, and of others that are near. */
  readonly near: readonly string[];
}

/** Two texts of which one may be asked for by the other. */
export type Pair = readonly [one: string, other: string];

/** More general. */
const UP = "@";

/** Similar, derived, see also, of one group of verbs: said on both sides. */
const BESIDE = ["&", "+", "^", "$"];

/** The synsets of a `data` file. `kind` is the letter of its part of speech. */
export function synsetsOf(data: string, kind: string): Synset[] {
  return data.split("\n").filter((line) => /^\d/.test(line))
    .map((line) => synsetOf(line, kind));
}

function synsetOf(line: string, kind: string): Synset {
  const [head = "", said = ""] = line.split(/ \| (.*)/s);
  const fields = head.trim().split(" ");
  const count = parseInt(fields[3] ?? "0", 16);
  const id = `${kind}${fields[0]}`;
  const words = Array.from({ length: count }, (_, at) => fields[4 + 2 * at])
    .map((it = "") => it.replace(/\(.*\)/, "").replaceAll("_", " "));
  const [gloss = ""] = said.split(/; (?=")/);
  return {
    ...{ id, words, near: nearOf(fields.slice(5 + 2 * count), id) },
    gloss: gloss.startsWith('"') ? "" : gloss.trim().replace(/;$/, ""),
    examples: [...said.matchAll(/"([^"]+)"/g)].map(([, it = ""]) => it),
  };
}

/**
 * Of fields that are symbol, offset, part of speech, and which words. Behind
 * them verbs have frames, which are no ids.
 */
function nearOf(fields: readonly string[], id: string): string[] {
  const near: string[] = [];
  for (let at = 0; at < fields.length; at += 4) {
    const [symbol = "", offset = "", kind = ""] = fields.slice(at, at + 3);
    const other = `${kind}${offset}`;
    if (symbol === UP || BESIDE.includes(symbol) && other > id) {
      near.push(other);
    }
  }
  return near;
}

/** "word, other: definition", and each example that is not a word or two. */
export function sentencesOf(synsets: readonly Synset[]): string[] {
  const all = synsets.flatMap((synset) => [
    ...(synset.gloss === "" ? [] : [definitionOf(synset)]),
    ...synset.examples.filter((it) => it.split(" ").length > 2),
  ]);
  return [...new Set(all)];
}

function definitionOf({ words, gloss }: Synset): string {
  return `${words.slice(0, 4).join(", ")}: ${gloss}`;
}

/** Examples, words, and definitions that are near, each with its definition. */
export function pairsOf(synsets: readonly Synset[]): Pair[] {
  const known = new Map(synsets.map((it) => [it.id, it]));
  return synsets.filter(({ gloss }) => gloss !== "").flatMap((synset) => {
    const { words, gloss, examples, near } = synset;
    const [first = "", second] = words;
    const pairs: Pair[] = examples.map((it) => [it, gloss]);
    pairs.push([words.slice(0, 2).join(", "), gloss]);
    if (second !== undefined) pairs.push([first, second]);
    for (const [at, it] of examples.slice(1).entries()) {
      pairs.push([examples[at] ?? "", it]);
    }
    for (const other of near) {
      const its = known.get(other);
      if (its === undefined || its.gloss === "") continue;
      pairs.push([definitionOf(synset), definitionOf(its)]);
    }
    return pairs;
  });
}

/**
 * A drawing as it is looked at before it is drawn: all of its marks, and what
 * they refer to. No I/O.
 *
 * @module
 */
import { Refused, unsupported } from "../header/refused.ts";
import { look } from "./attributes.ts";
import { requireOwnStyle } from "./css.ts";
import { isAbout, isDrawn, showsText } from "./elements.ts";
import {
  attributeName,
  elementName,
  isDeclaration,
  type Name,
  OUTERMOST,
  type Scope,
  scopeOf,
  SVG,
} from "./names.ts";
import { requireHarmless, requireKnownType } from "./prolog.ts";
import { type Extent, extentOf } from "./size.ts";
import { requireShapes, saysAllInOne } from "./text.ts";
import { typeset, typesetValue } from "./typeset.ts";
import {
  type Attribute,
  type Start,
  type Text,
  type Token,
  Tokens,
} from "./xml.ts";

/** What is drawn. */
export interface Drawing extends Extent {
  /** All of the document. */
  readonly text: string;
  readonly root: Root;
  /** Elements, attributes and references to characters. */
  readonly marks: number;
  /** Of all pictures that are in it. */
  readonly pixels: number;
  /** Of text that is to be seen. */
  readonly letters: number;
  /** Characters of styles. */
  readonly styles: number;
  /** Inside the root, in their order. */
  readonly edits: readonly Edit[];
}

/** What the renderer gets instead of what is written there. */
export interface Edit {
  readonly at: number;
  readonly length: number;
  readonly text: string;
}

/** The outermost element. */
export interface Root {
  readonly name: string;
  readonly attributes: readonly (Attribute & Name)[];
  readonly isEmpty: boolean;
  /** Where its inside begins, and where it ends itself. */
  readonly inside: number;
  readonly end: number;
}

/** An element whose end has not come yet. */
interface Open {
  readonly name: string;
  readonly scope: Scope;
  readonly text: "shown" | "style" | "ignored";
}

/** Of elements in one another. Source: editors write about twenty. */
const MOST_DEEP = 256;

/** Reads one document. */
export class Reader {
  readonly #tokens: Tokens;
  readonly #open: Open[] = [];
  #style = "";
  #root: Root | undefined;
  #extent: Extent | undefined;
  #marks = 0;
  #pixels = 0;
  #letters = 0;
  #hasOddFont = false;
  #styles = 0;
  readonly #edits: Edit[] = [];

  constructor(text: string) {
    this.#tokens = new Tokens(text);
  }

  /** Whether it is a drawing, as far as it has been read. */
  get isSvg(): boolean {
    return this.#root !== undefined;
  }

  /**
   * Reads all of it.
   *
   * @throws {Refused}
   */
  read(): Drawing {
    while (this.#root === undefined || this.#open.length > 0) {
      const token = this.#tokens.next();
      if (token === undefined) throw new Refused("truncated");
      this.#take(token);
    }
    if (this.#extent === undefined) throw new Refused("corrupt");
    if (this.#letters > 0 && this.#hasOddFont) throw oddFont();
    return {
      ...this.#extent,
      text: this.#tokens.text,
      root: { ...this.#root, end: this.#tokens.at },
      marks: this.#marks + timesIn(this.#tokens.text, "&"),
      pixels: this.#pixels,
      letters: this.#letters,
      styles: this.#styles,
      edits: this.#edits,
    };
  }

  #take(token: Token): void {
    switch (token.kind) {
      case "start":
        return this.#start(token);
      case "end":
        return this.#end(token.name);
      case "text":
        return this.#text(token);
      case "doctype":
        return requireKnownType(token.name, token.rest);
      case "instruction":
        return requireHarmless(token.target, token.rest);
    }
  }

  #start(start: Start): void {
    if (this.#open.length === MOST_DEEP) {
      throw unsupported(`It is more than ${MOST_DEEP} elements deep`);
    }
    const outer = this.#open.at(-1);
    const scope = scopeOf(start.attributes, outer?.scope ?? OUTERMOST);
    const name = elementName(start.name, scope);
    if (outer === undefined) this.#begin(start, name, scope);
    this.#marks += 1 + start.attributes.length;
    if (isDrawn(name)) this.#look(name, start, scope);
    if (start.isEmpty) return;
    const text = textIn(name, outer?.text ?? "ignored");
    this.#open.push({ name: start.name, scope, text });
  }

  /** At the root. */
  #begin(start: Start, { space, local }: Name, scope: Scope): void {
    if (local !== "svg") throw new Refused("unknown");
    if (space !== SVG) {
      throw unsupported("Its svg is not in the namespace of SVG");
    }
    const attributes = start.attributes.map((it) => {
      const seen = { ...it, ...named(it, scope) };
      return { ...seen, written: typesetValue(seen) ?? it.written };
    });
    const inside = this.#tokens.at;
    const { name, isEmpty } = start;
    this.#root = { name, isEmpty, attributes, inside, end: inside };
    const said = (local: string) =>
      attributes.find((it) => it.space === "" && it.local === local)?.value;
    this.#extent = extentOf({
      width: said("width"),
      height: said("height"),
      viewBox: said("viewBox"),
    });
  }

  #look({ local }: Name, { attributes }: Start, scope: Scope): void {
    for (const attribute of attributes) {
      if (isDeclaration(attribute.name)) continue;
      const seen = { ...attribute, ...named(attribute, scope) };
      const size = look(local, seen);
      this.#pixels += size === undefined ? 0 : size.width * size.height;
      const set = typesetValue(seen);
      if (set !== undefined) this.#typeset(attribute, set);
    }
  }

  /** A style, or a list of families, which is to be `text` instead. */
  #typeset({ at, written }: Pick<Text, "at" | "written">, text: string): void {
    this.#hasOddFont ||= saysAllInOne(text);
    this.#styles += written.length;
    if (text === written || this.#root === undefined) return;
    // The root has attributes of our own.
    if (at < this.#root.inside) return;
    this.#edits.push({ at, length: written.length, text });
  }

  #end(name: string): void {
    const open = this.#open.pop();
    if (open?.name !== name) throw new Refused("corrupt");
    if (open.text !== "style") return;
    requireOwnStyle(this.#style);
    this.#style = "";
  }

  #text(token: Text): void {
    const { text } = token;
    const within = this.#open.at(-1)?.text;
    if (within === "style") {
      this.#style += text;
      this.#typeset(token, typeset(token.written));
    }
    // Around the root there is nothing.
    const isSeen = within === "shown" || within === undefined;
    if (!isSeen || /^[ \t\r\n]*$/.test(text)) return;
    if (within === undefined) throw new Refused("corrupt");
    requireShapes(text);
    this.#letters += text.length;
  }
}

function oddFont(): Refused {
  return unsupported(
    "Its text has a style of font, instead of font-family, font-size and such",
  );
}

function timesIn(text: string, character: string): number {
  let times = 0;
  let at = text.indexOf(character);
  for (; at >= 0; at = text.indexOf(character, at + 1)) times++;
  return times;
}

function named({ name }: Attribute, scope: Scope): Name {
  // The declarations themselves are in a namespace that nobody asks for.
  if (isDeclaration(name)) return { space: "xmlns", local: name };
  return attributeName(name, scope);
}

function textIn(name: Name, outer: Open["text"]): Open["text"] {
  // The renderer takes them for styles whosever they are.
  if (name.local === "style") return "style";
  if (isAbout(name)) return "ignored";
  return showsText(name) ? "shown" : outer === "style" ? "ignored" : outer;
}

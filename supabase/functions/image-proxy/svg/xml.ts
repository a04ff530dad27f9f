/**
 * The marks of an XML document, one after the other: as much of XML 1.0 as a
 * drawing needs, and no entities. No I/O.
 *
 * What is not well formed here is not for the renderer either; what is here and
 * not there, it says itself. So nothing is drawn that was not looked at.
 *
 * @module
 */
import { Refused, unsupported } from "../header/refused.ts";
import { dereferenced } from "./characters.ts";

/** An attribute of an element. */
export interface Attribute {
  /** With its prefix. */
  readonly name: string;
  /** What is meant by it. */
  readonly value: string;
  /** The same as it is written, between quotation marks, and where. */
  readonly written: string;
  readonly at: number;
}

/** `<name …>` */
export interface Start {
  readonly kind: "start";
  readonly name: string;
  readonly attributes: readonly Attribute[];
  /** `<name …/>`, which has no end of its own. */
  readonly isEmpty: boolean;
}

/** `</name>` */
export interface End {
  readonly kind: "end";
  readonly name: string;
}

/** What stands between marks. */
export interface Text {
  readonly kind: "text";
  readonly text: string;
  /** The same as it is written, and where that stands. */
  readonly written: string;
  readonly at: number;
}

/** `<!DOCTYPE …>` */
export interface Doctype {
  readonly kind: "doctype";
  /** Of the element that it is about. */
  readonly name: string;
  readonly rest: string;
}

/** `<?target …?>` */
export interface Instruction {
  readonly kind: "instruction";
  readonly target: string;
  readonly rest: string;
}

/** Comments are left out. */
export type Token = Start | End | Text | Doctype | Instruction;

/** Section 2.3, with every character that is not of ASCII. */
const NAME = /[A-Z_a-z:\u0080-\uffff][-.\w:\u0080-\uffff]*/y;

const SPACE = /[ \t\r\n]*/y;

const CDATA = "<![CDATA[";

/** What begins with `<!`. */
const OPENINGS = ["<!--", CDATA, "<!DOCTYPE"];

/** Of one element. Drawings have a dozen, and editors' own about fifty. */
const MOST_ATTRIBUTES = 256;

/** Reads `text`, which may be only the beginning of a document. */
export class Tokens {
  #at = 0;

  constructor(readonly text: string) {}

  /** Where the next token begins. */
  get at(): number {
    return this.#at;
  }

  /**
   * The next one; `undefined` at the end.
   *
   * @throws {Refused} "corrupt", or "truncated" in the middle of one.
   */
  next(): Token | undefined {
    while (this.#at < this.text.length) {
      if (this.text[this.#at] !== "<") return this.#characters();
      if (!this.#starts("<!--")) return this.#mark();
      const comment = this.#until("<!--", "-->");
      if (comment.includes("--")) throw new Refused("corrupt");
    }
    return undefined;
  }

  #mark(): Token {
    switch (this.text[this.#at + 1]) {
      case "?":
        return this.#instruction();
      case "!":
        return this.#declaration();
      case "/":
        return this.#end();
      case undefined:
        throw new Refused("truncated");
      default:
        return this.#start();
    }
  }

  #characters(): Text {
    const end = this.text.indexOf("<", this.#at);
    const raw = this.text.slice(this.#at, end < 0 ? undefined : end);
    // A reference may be cut in two there.
    const isCut = end < 0 && raw.lastIndexOf("&") > raw.lastIndexOf(";");
    if (isCut) throw new Refused("truncated");
    const at = this.#at;
    this.#at += raw.length;
    if (raw.includes("]]>")) throw new Refused("corrupt");
    return { kind: "text", text: dereferenced(raw), written: raw, at };
  }

  #instruction(): Instruction {
    const all = this.#until("<?", "?>");
    const [target = ""] = /^[^ \t\r\n]*/.exec(all) ?? [];
    return { kind: "instruction", target, rest: all.slice(target.length) };
  }

  #declaration(): Token {
    if (this.#starts(CDATA)) {
      const at = this.#at + CDATA.length;
      const text = this.#until(CDATA, "]]>");
      return { kind: "text", text, written: text, at };
    }
    if (!this.#starts("<!DOCTYPE")) {
      const rest = this.text.slice(this.#at, this.#at + 9);
      const isCut = OPENINGS.some((it) => it.startsWith(rest));
      throw new Refused(isCut ? "truncated" : "corrupt");
    }
    const end = /["'[>]/g;
    end.lastIndex = this.#at;
    // What is quoted may have anything in it.
    for (let found = end.exec(this.text); found; found = end.exec(this.text)) {
      const [mark] = found;
      if (mark === "[") throw unsupported("It declares entities of its own");
      if (mark === ">") return this.#doctype(found.index);
      const closing = this.text.indexOf(mark, end.lastIndex);
      if (closing < 0) break;
      end.lastIndex = closing + 1;
    }
    throw new Refused("truncated");
  }

  #doctype(end: number): Doctype {
    const all = this.text.slice(this.#at + "<!DOCTYPE".length, end);
    this.#at = end + 1;
    const [, name = "", rest = ""] = /^\s+([^\s]+)(.*)$/s.exec(all) ?? [];
    return { kind: "doctype", name, rest };
  }

  #end(): End {
    this.#at += 2;
    const name = this.#name();
    this.#match(SPACE);
    this.#take(">");
    return { kind: "end", name };
  }

  #start(): Start {
    this.#at++;
    const name = this.#name();
    const attributes: Attribute[] = [];
    const names = new Set<string>();
    for (;;) {
      const space = this.#match(SPACE);
      const mark = this.text[this.#at];
      if (mark === ">" || mark === "/") break;
      if (space === "") throw this.#broken(" ");
      const attribute = this.#attribute();
      if (names.has(attribute.name) || names.size === MOST_ATTRIBUTES) {
        throw new Refused("corrupt");
      }
      names.add(attribute.name);
      attributes.push(attribute);
    }
    const isEmpty = this.text[this.#at] === "/";
    this.#take(isEmpty ? "/>" : ">");
    return { kind: "start", name, attributes, isEmpty };
  }

  #attribute(): Attribute {
    const name = this.#name();
    this.#match(SPACE);
    this.#take("=");
    this.#match(SPACE);
    const mark = this.text[this.#at];
    if (mark !== '"' && mark !== "'") throw this.#broken('"');
    const at = this.#at + 1;
    const quoted = this.#until(mark, mark);
    if (quoted.includes("<")) throw new Refused("corrupt");
    // Section 3.3.3: white space is a space, but not if it was referred to.
    const flat = /[\t\r\n]/.test(quoted)
      ? quoted.replace(/\r\n|[\t\r\n]/g, " ")
      : quoted;
    return { name, value: dereferenced(flat), written: quoted, at };
  }

  #name(): string {
    const name = this.#match(NAME);
    if (name === "") throw this.#broken("a");
    // It may go on.
    if (this.#at === this.text.length) throw new Refused("truncated");
    return name;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found = ""] = pattern.exec(this.text) ?? [];
    this.#at += found.length;
    return found;
  }

  #starts(mark: string): boolean {
    return this.text.startsWith(mark, this.#at);
  }

  /** What stands behind `opening` and before `closing`, which is taken too. */
  #until(opening: string, closing: string): string {
    const start = this.#at + opening.length;
    const end = this.text.indexOf(closing, start);
    if (end < 0) throw new Refused("truncated");
    this.#at = end + closing.length;
    return this.text.slice(start, end);
  }

  #take(what: string): void {
    if (!this.#starts(what)) throw this.#broken(what);
    this.#at += what.length;
  }

  /** Why `expected` is not here: the text may end before it. */
  #broken(expected: string): Refused {
    const left = this.text.slice(this.#at, this.#at + expected.length);
    const isCut = left.length < expected.length && expected.startsWith(left);
    return new Refused(isCut ? "truncated" : "corrupt");
  }
}

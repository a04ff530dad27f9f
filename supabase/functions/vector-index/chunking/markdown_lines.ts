/**
 * The lines of a document in Markdown, and what has been read of them. No I/O.
 *
 * @module
 */
import type { Block } from "./block.ts";
import { unquoted } from "./markdown_line.ts";
import { isBlank } from "./safe.ts";

/** A block whose text may still have marks in it. */
interface Draft {
  readonly block: Block;
  readonly isCode: boolean;
}

const PROSE = { kind: "prose", level: 0 } as const;

export class Lines {
  at = 0;
  readonly drafts: Draft[] = [];
  /** The labels that stand for an address, in small letters. */
  readonly definitions = new Set<string>();
  /** Whether indented lines go on with an item. */
  isInList = false;
  #open: string[] = [];
  readonly #all: readonly string[];
  readonly #absent = new Set<string>();

  constructor(source: string) {
    this.#all = source.split("\n");
  }

  get count(): number {
    return this.#all.length;
  }

  get isDone(): boolean {
    return this.at >= this.count;
  }

  /** Whether a paragraph has begun. */
  get isOpen(): boolean {
    return this.#open.length > 0;
  }

  /** The one to be read, out of its quotes. */
  get line(): string {
    return unquoted(this.raw(this.at));
  }

  get after(): string {
    return unquoted(this.raw(this.at + 1));
  }

  raw(at: number): string {
    return this.#all[at] ?? "";
  }

  slice(from: number, to: number): string[] {
    return this.#all.slice(from, to);
  }

  /** Where the first line is, from `from` on, that is as asked. -1: nowhere. */
  findRaw(from: number, is: (line: string) => boolean): number {
    for (let at = from; at < this.count; at++) {
      if (is(this.raw(at))) return at;
    }
    return -1;
  }

  /** Where a text is, from here on. Looks for what is nowhere only once. */
  findText(text: string): number {
    if (this.#absent.has(text)) return -1;
    const found = this.findRaw(this.at, (line) => line.includes(text));
    if (found < 0) this.#absent.add(text);
    return found;
  }

  /** Adds to the paragraph. */
  add(text: string): void {
    if (!isBlank(text)) this.#open.push(text);
  }

  /** Ends the paragraph, if there is one, which may turn out a heading. */
  end(as: Pick<Block, "kind" | "level"> = PROSE): void {
    const text = this.#open.join(" ");
    this.#open = [];
    if (text !== "") this.draft({ ...as, text });
  }

  draft(block: Block): void {
    this.drafts.push({ block, isCode: false });
  }

  /** Ends the paragraph, and adds code. */
  code(lines: readonly string[]): void {
    this.end();
    const from = Math.max(0, lines.findIndex((it) => !isBlank(it)));
    const text = lines.slice(from).join("\n").trimEnd();
    const block: Block = { kind: "lines", text, level: 0 };
    this.drafts.push({ block, isCode: true });
  }
}

/**
 * The blocks of a page, as its tags begin and end them. No I/O.
 *
 * @module
 */
import { type Block, blockOf, tidy } from "./block.ts";
import { decoded } from "./entities.ts";
import { isInline } from "./html_elements.ts";
import type { Tag } from "./html_tag.ts";
import { isBlank } from "./safe.ts";

const HEADING = /^h[1-6]$/;
const BULLET = "\n- ";
const BULLET_ALONE = /^-$/gm;
/** Bars before the first cell of a row that has something in it. */
const FRONT = /^[| ]+/gm;

export class Page {
  readonly blocks: Block[] = [];
  #parts: string[] = [];
  /** Of the heading that is open. */
  #level = 0;
  #isPre = false;
  #hasBullet = false;
  /** How deep in them. Who closes none is in them until the next heading. */
  #tables = 0;
  #lists = 0;

  /** Text as it stands between tags. */
  write(source: string): void {
    const text = decoded(source);
    this.#add(this.#isPre ? text : text.replaceAll(/\s+/g, " "));
  }

  read({ name, isEnd, alt }: Tag): void {
    if (HEADING.test(name) || name === "title") this.#heading(name, isEnd);
    else if (name === "pre") this.#pre(isEnd);
    else if (name === "table") this.#table(isEnd);
    else if (name === "ul" || name === "ol") this.#list(isEnd);
    else if (!this.#isMark(name, isEnd, alt) && !isInline(name)) this.border();
  }

  /** What came before is a block, and what comes is another. */
  border(): void {
    if (this.#tables > 0) this.#add(" ");
    else if (!this.#hasBullet) this.end();
  }

  /** The same, whatever it is in. */
  end(): void {
    const text = this.#parts.join("");
    this.#parts = [];
    this.#hasBullet = false;
    const block = this.#blockOf(text);
    if (isBlank(block.text)) return;
    this.blocks.push(block);
    // A heading that is not closed ends with its first text.
    this.#level = 0;
  }

  #blockOf(text: string): Block {
    if (this.#level > 0) {
      const title = tidy(text).replaceAll("\n", " ");
      return { kind: "heading", text: title, level: this.#level };
    }
    if (this.#isPre) return blockOf("lines", unframed(text));
    if (this.#tables === 0) {
      return blockOf("prose", tidy(tidy(text).replaceAll(BULLET_ALONE, "")));
    }
    return blockOf("lines", tidy(tidy(text).replaceAll(FRONT, "")));
  }

  #add(text: string): void {
    this.#parts.push(text);
    if (this.#hasBullet && !isBlank(text)) this.#hasBullet = false;
  }

  /** Those that are a sign in the text. */
  #isMark(name: string, isEnd: boolean, alt: string): boolean {
    const sign = name === "img" ? ` ${decoded(alt)} ` : this.#signOf(name);
    if (sign === undefined) return false;
    if (isEnd) return true;
    this.#add(sign);
    if (sign === BULLET) this.#hasBullet = true;
    return true;
  }

  #signOf(name: string): string | undefined {
    if (name === "br") return "\n";
    if (this.#tables > 0 && name === "tr") return "\n";
    if (this.#tables > 0 && (name === "td" || name === "th")) return " | ";
    return name === "li" && this.#tables === 0 ? BULLET : undefined;
  }

  #heading(name: string, isEnd: boolean): void {
    this.end();
    this.#tables = 0;
    this.#level = isEnd ? 0 : name === "title" ? 1 : Number(name.slice(1));
  }

  #pre(isEnd: boolean): void {
    this.end();
    this.#isPre = !isEnd;
  }

  #table(isEnd: boolean): void {
    if (this.#tables === (isEnd ? 1 : 0)) this.end();
    this.#tables = Math.max(0, this.#tables + (isEnd ? -1 : 1));
  }

  #list(isEnd: boolean): void {
    const isOutermost = this.#lists === (isEnd ? 1 : 0);
    if (isOutermost && isEnd && this.#tables === 0) this.end();
    else if (isOutermost) this.border();
    this.#lists = Math.max(0, this.#lists + (isEnd ? -1 : 1));
  }
}

/** Lines without the blank ones in front and at the end. */
function unframed(text: string): string {
  const lines = text.split("\n");
  const first = lines.findIndex((it) => !isBlank(it));
  return lines.slice(Math.max(0, first)).join("\n").trimEnd();
}

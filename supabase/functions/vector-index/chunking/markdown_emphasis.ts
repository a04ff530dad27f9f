/**
 * The stars, underscores and tildes of Markdown that have a partner. No I/O.
 *
 * @module
 */

/** A run that waits for its partner. */
interface Opener {
  readonly sign: string;
  /** Where it stands in what is out. */
  readonly at: number;
  /** Signs that have no partner yet. */
  left: number;
}

const LETTER = /[\p{L}\p{N}]/u;

export class Emphasis {
  readonly #source: string;
  readonly #out: string[];
  readonly #all: Opener[] = [];
  readonly #open = new Map<string, Opener[]>();

  /** @param out Where what {@linkcode read} returns is put, each at its time. */
  constructor(source: string, out: string[]) {
    this.#source = source;
    this.#out = out;
  }

  /** What a run of one sign shows, which ends at `end` of the source. */
  read(run: string, end: number): string {
    const sign = run.charAt(0);
    const before = this.#source.charAt(end - run.length - 1);
    const after = this.#source.charAt(end);
    const canSplit = sign !== "_";
    const opens = !isSpace(after) && (canSplit || !LETTER.test(before));
    const closes = !isSpace(before) && (canSplit || !LETTER.test(after));
    if (sign === "~" && run.length !== 2) return run;
    const left = closes ? this.#close(sign, run.length) : run.length;
    if (!opens) return sign.repeat(left);
    if (left > 0) this.#wait({ sign, at: this.#out.length, left });
    return "";
  }

  /** Puts back what has found no partner. */
  end(): void {
    for (const { sign, at, left } of this.#all) {
      this.#out[at] = sign.repeat(left);
    }
  }

  #wait(opener: Opener): void {
    this.#all.push(opener);
    const open = this.#open.get(opener.sign) ?? [];
    open.push(opener);
    this.#open.set(opener.sign, open);
  }

  /** Finds partners for `count` signs, and says how many have none. */
  #close(sign: string, count: number): number {
    const open = this.#open.get(sign) ?? [];
    let left = count;
    for (let it = open.at(-1); it && left > 0; it = open.at(-1)) {
      const pairs = Math.min(it.left, left);
      it.left -= pairs;
      left -= pairs;
      if (it.left === 0) open.pop();
    }
    return left;
  }
}

function isSpace(character: string): boolean {
  return character.trim() === "";
}

/**
 * Code in a paragraph of Markdown: between runs of as many backticks. No I/O.
 *
 * @module
 */
import type { Cursor } from "./cursor.ts";

export class CodeSpans {
  readonly #cursor: Cursor;
  /** Where runs begin, last first, by their length. Read when first asked. */
  #runs: Map<number, number[]> | undefined;

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
  }

  /** The code after a run that has just been passed; the run, if none closes. */
  read(run: string): string {
    this.#runs ??= runsIn(this.#cursor.text);
    const begins = this.#runs.get(run.length) ?? [];
    const { at: from } = this.#cursor;
    while ((begins.at(-1) ?? Infinity) < from) begins.pop();
    const to = begins.pop();
    if (to === undefined) return run;
    this.#cursor.at = to + run.length;
    this.#cursor.looked += this.#cursor.at - from;
    const code = this.#cursor.text.slice(from, to).replaceAll("\n", " ");
    return isPadded(code) ? code.slice(1, -1) : code;
  }
}

/** Whether spaces keep a backtick of the code from its fence. */
function isPadded(code: string): boolean {
  return code.startsWith(" ") && code.endsWith(" ") && code.trim() !== "";
}

function runsIn(text: string): Map<number, number[]> {
  const runs = new Map<number, number[]>();
  for (const { 0: run, index } of text.matchAll(/`+/g)) {
    const all = runs.get(run.length) ?? [];
    all.push(index);
    runs.set(run.length, all);
  }
  for (const all of runs.values()) all.reverse();
  return runs;
}

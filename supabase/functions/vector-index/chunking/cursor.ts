/**
 * A place in a text that only goes forward. No I/O.
 *
 * Readers of hostile text are linear in it as long as they look at it through
 * this alone: whatever is looked at is passed, and a search that fails is not
 * made again.
 *
 * @module
 */

export class Cursor {
  at = 0;
  /** Characters looked at so far, some of them ahead: the work done. */
  looked = 0;
  readonly #absent = new Set<string>();

  constructor(readonly text: string) {}

  get isDone(): boolean {
    return this.at >= this.text.length;
  }

  /** What a sticky pattern matches here, and passes it. "" if nothing. */
  take(pattern: RegExp): string {
    const found = this.peek(pattern);
    this.at += found.length;
    return found;
  }

  /**
   * What a sticky pattern matches here. It must not look far: up to a
   * character that ends the next match too, if this one fails.
   */
  peek(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const [found = ""] = pattern.exec(this.text) ?? [];
    this.looked += found.length + 1;
    return found;
  }

  /** Where `needle` begins, from here on. Remembers that there is none. */
  find(needle: string): number {
    if (this.#absent.has(needle)) return -1;
    const found = this.text.indexOf(needle, this.at);
    if (found < 0) this.#absent.add(needle);
    this.looked += (found < 0 ? this.text.length : found) - this.at;
    return found;
  }

  /** Passes `needle` and all before it; without one, the rest. */
  pass(needle: string): void {
    const found = this.find(needle);
    this.at = found < 0 ? this.text.length : found + needle.length;
  }

  /** Passes all before what a global pattern matches; without it, the rest. */
  passUntil(pattern: RegExp): void {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.index ?? this.text.length;
    this.looked += found - this.at;
    this.at = found;
  }
}

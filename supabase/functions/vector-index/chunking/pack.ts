/**
 * Puts the blocks of a section into as few chunks as keep paragraphs, code and
 * tables whole where they can be. No I/O.
 *
 * @module
 */
import type { Block } from "./block.ts";
import { overlapOf } from "./overlap.ts";
import {
  costIn,
  cutPiece,
  fitting,
  type Gap,
  GAP_COSTS,
  type Piece,
  pieceOf,
  textOf,
} from "./piece.ts";
import { prefixOf, type Section } from "./section.ts";
import { costOf } from "./tokens.ts";

/** In hundredths of a token. */
export interface Room {
  readonly chunk: number;
  readonly overlap: number;
}

/** A share of a chunk, for a path and for an end that is too short to stand. */
export const SMALL = 1 / 8;

/** A paragraph stays whole if the chunk before it is at least this full. */
const FULL = 1 / 2;

const BORDER: Gap = "\n\n";

/** The texts of the chunks of a section. */
export function packed(section: Section, room: Room): string[] {
  const prefix = prefixOf(section.path, room.chunk * SMALL);
  const packing = new Packing(room, prefix);
  for (const block of section.blocks) packing.place(block);
  return packing.texts();
}

class Packing {
  readonly #room: Room;
  readonly #prefix: string;
  /** What is left beside the prefix. */
  readonly #limit: number;
  readonly #groups: Piece[][] = [];
  #open: Piece[] = [];
  /** Of what is in the open chunk, its overlap too. */
  #cost = 0;

  constructor(room: Room, prefix: string) {
    this.#room = room;
    this.#prefix = prefix;
    const cost = prefix === "" ? 0 : costOf(prefix) + GAP_COSTS[BORDER];
    this.#limit = room.chunk - cost;
  }

  place(block: Block): void {
    const whole = pieceOf(block, BORDER);
    const isWhole = this.#fits(whole) ||
      (whole.cost <= this.#limit && !this.#mayPart(block));
    if (isWhole) return this.#add(whole);
    const cutTo = this.#limit - this.#room.overlap;
    for (const part of fitting(whole, this.#limit, cutTo)) this.#add(part);
  }

  texts(): string[] {
    if (this.#open.length > 0) this.#groups.push(this.#open);
    this.#even();
    return this.#groups.map((group, at) => {
      const own = textOf(group);
      const before = this.#groups[at - 1];
      if (before === undefined) return own.trim();
      const gap = group[0]?.gap ?? BORDER;
      const free = this.#limit - costIn(group) - GAP_COSTS[gap];
      const overlap = overlapOf(before, Math.min(this.#room.overlap, free));
      const text = overlap === "" ? own : overlap + gap + own;
      return this.#prefix === "" ? text.trim() : this.#prefix + BORDER + text;
    });
  }

  #fits(piece: Piece): boolean {
    return piece.cost <= this.#freeFor(piece.gap);
  }

  /** What is left of the open chunk after a gap. */
  #freeFor(gap: Gap): number {
    const limit = this.#groups.length === 0 ? this.#room.chunk : this.#limit;
    return limit - this.#cost - (this.#cost === 0 ? 0 : GAP_COSTS[gap]);
  }

  #hasHeadingsOnly(): boolean {
    return this.#open.every((it) => it.kind === "heading");
  }

  /** A heading does not stand alone, and a chunk not half empty. */
  #mayPart({ kind }: Block): boolean {
    if (this.#hasHeadingsOnly()) return true;
    return kind !== "lines" && this.#cost < this.#limit * FULL;
  }

  #add(piece: Piece): void {
    if (this.#isLeftAloneBy(piece)) {
      const parts = cutPiece(piece, this.#freeFor(piece.gap));
      for (const part of parts) this.#add(part);
      return;
    }
    if (!this.#fits(piece)) this.#close(piece);
    const gap = this.#cost === 0 ? 0 : GAP_COSTS[piece.gap];
    this.#open.push(piece);
    this.#cost += gap + piece.cost;
  }

  /** Whether headings that leave much room are all that a chunk would have. */
  #isLeftAloneBy(piece: Piece): boolean {
    return !this.#fits(piece) && piece.kind !== "heading" &&
      this.#hasHeadingsOnly() &&
      this.#freeFor(piece.gap) >= this.#limit * FULL;
  }

  /** Begins a chunk that has room for `next`, after what it repeats. */
  #close(next: Piece): void {
    if (this.#open.length === 0) return;
    const free = this.#limit - next.cost - GAP_COSTS[next.gap];
    const budget = Math.min(this.#room.overlap, free);
    this.#cost = costOf(overlapOf(this.#open, budget));
    this.#groups.push(this.#open);
    this.#open = [];
  }

  /** Takes from the last chunk but one what makes the last worth its place. */
  #even(): void {
    const last = this.#groups.at(-1);
    const before = this.#groups.at(-2);
    if (last === undefined || before === undefined) return;
    const small = this.#room.chunk * SMALL;
    // Not a paragraph from its heading, nor what makes the other one small.
    while (costIn(last) < small) {
      const moved = before.at(-1);
      if (moved === undefined || moved.kind === "heading") return;
      const rest = costIn(before) - moved.cost - GAP_COSTS[moved.gap];
      const isTooMuch = costIn([moved, ...last]) > this.#limit;
      if (rest < small || isTooMuch) return;
      last.unshift(moved);
      before.pop();
    }
  }
}

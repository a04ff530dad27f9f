/**
 * What the instructions of a function cost, and where it is paid: for all of a
 * function at its begin, but for its loops, which pay for each time around; and
 * for what is only sometimes run, where that is much, at its own begin.
 *
 * No instruction is run that is not paid for, and what is overpaid is at most
 * `SMALL` at each branch. No I/O.
 *
 * @module
 */
import { type Instruction, OP } from "./instructions.ts";

/** A place in the code, and what is paid there. */
export interface Charge {
  readonly at: number;
  cost: number;
  /** Whether it may be the last: where code could go on for ever without. */
  stops: boolean;
}

/** Instructions that are paid for with what is around them, run or not. */
const SMALL = 16;

/** What is more than an instruction or two of a processor. */
const COSTS: ReadonlyMap<number, number> = new Map([
  // Only for whoever reads: no instruction of a processor.
  ...[OP.block, OP.loop, OP.else, OP.end].map((op) => [op, 0] as const),
  ...[OP.call, OP.returnCall].map((op) => [op, 4] as const),
  ...[OP.callIndirect, OP.returnCallIndirect].map((op) => [op, 8] as const),
  // Division of integers, and of others; and roots.
  ...range(0x6d, 0x70).map((op) => [op, 10] as const),
  ...range(0x7f, 0x82).map((op) => [op, 10] as const),
  ...[0x91, 0x95, 0x9f, 0xa3].map((op) => [op, 5] as const),
  ...[0xfd0e3, 0xfd0e7, 0xfd0ef, 0xfd0f3].map((op) => [op, 10] as const),
  [OP.memoryGrow, 2_000],
]);

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

/** Behind which it goes on only sometimes. */
const BRANCHES: ReadonlySet<number> = new Set([
  ...[OP.if, OP.else, OP.end, OP.br, OP.brIf, OP.brTable, OP.return],
  ...[OP.unreachable, OP.returnCall, OP.returnCallIndirect],
]);

const CALLS: ReadonlySet<number> = new Set([
  ...[OP.call, OP.callIndirect, OP.returnCall, OP.returnCallIndirect],
]);

/**
 * The charges of a function whose code begins at `start`, in the order of their
 * places.
 */
export function chargesOf(
  start: number,
  code: Iterable<Instruction>,
): Charge[] {
  const whole: Charge = { at: start, cost: 0, stops: false };
  const charges = [whole];
  // For each block that is open, who pays in it: the loop it is in, or all.
  const payers = [whole];
  let part: Charge = { at: start, cost: 0, stops: false };
  const finish = (next: number) => {
    const payer = payers.at(-1) ?? whole;
    if (part.cost >= SMALL && part.at !== payer.at) charges.push(part);
    else payer.cost += part.cost;
    part = { at: next, cost: 0, stops: false };
  };
  for (const { op, end } of code) {
    part.cost += COSTS.get(op) ?? 1;
    // Functions that call each other need no loop.
    if (CALLS.has(op)) whole.stops = true;
    if (op === OP.loop || BRANCHES.has(op)) finish(end);
    if (op === OP.loop) {
      const loop: Charge = { at: end, cost: 1, stops: true };
      charges.push(loop);
      payers.push(loop);
    } else if (op === OP.block || op === OP.if) {
      payers.push(payers.at(-1) ?? whole);
    } else if (op === OP.end) {
      payers.pop();
    }
  }
  finish(start);
  return charges.filter(({ cost, stops }) => cost > 0 || stops)
    .sort((a, b) => a.at - b.at);
}

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

/**
 * What costs less is paid for with what is around it, run or not. With 16, what
 * resvg takes of a path of many lines is three times as much; with 4 the module
 * is a tenth larger, and 3 % in brotli.
 */
const SMALL = 4;

/** What is not one instruction of a processor, or takes longer than most. */
const COSTS: ReadonlyMap<number, number> = new Map([
  // Only for whoever reads, or in a register already.
  ...[0x01, OP.block, OP.loop, OP.else, OP.end, OP.drop].map(costing(0)),
  ...range(0x20, 0x22).map(costing(0)), // local variables
  ...range(0x41, 0x44).map(costing(0)), // constants
  ...range(0x28, 0x3e).map(costing(2)), // loads and stores
  ...[OP.brTable].map(costing(3)),
  ...[OP.call, OP.returnCall].map(costing(5)),
  ...[OP.callIndirect, OP.returnCallIndirect].map(costing(10)),
  // Division of integers, and of others; and roots.
  ...[...range(0x6d, 0x70), ...range(0x7f, 0x82)].map(costing(10)),
  ...[0x91, 0x95, 0x9f, 0xa3].map(costing(5)),
  ...[0xfd0e3, 0xfd0e7, 0xfd0ef, 0xfd0f3].map(costing(10)),
  [OP.memoryGrow, 2_000],
]);

function costing(cost: number): (op: number) => readonly [number, number] {
  return (op) => [op, cost];
}

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

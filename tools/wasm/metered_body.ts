/**
 * The body of a function with charges in it. No I/O.
 *
 * @module
 */
import { type Charge, chargesOf } from "./charges.ts";
import { EMPTY_BLOCK, instructionsOf, OP } from "./instructions.ts";
import { joined, Reader, signed, unsigned } from "./leb128.ts";

/** What a body does not say. */
export interface Meter {
  /** How many the function has. */
  readonly parameters: number;
  /** The index of the global that holds what is left, an i64. */
  readonly fuel: number;
  /** Of the one that is 1 once there was no more memory, an i32. */
  readonly full: number;
}

/** Bytes that are moved for one unit, as a power of two. */
const BYTES_SHIFT = 3;

const I32 = 0x7f;

/** As a signed number. */
const MINUS_ONE = 0x7f;

/** Instructions whose last operand is a number of bytes. */
const BULK: ReadonlySet<number> = new Set([
  ...[OP.memoryInit, OP.memoryCopy, OP.memoryFill],
]);

/** A place in a body, and what comes in front of what is there. */
type Insertion = readonly [at: number, bytes: readonly number[]];

/** `body`, as it is in a code section, with its charges. */
export function meteredBody(
  body: Uint8Array,
  { parameters, fuel, full }: Meter,
): Uint8Array {
  const reader = new Reader(body);
  const groups = reader.unsigned();
  const groupsAt = reader.at;
  let local = parameters;
  for (let i = 0; i < groups; i++) {
    local += reader.unsigned();
    reader.byte();
  }
  const start = reader.at;
  const code = [...instructionsOf(reader)];
  const withLocal = code.flatMap(({ op, at, end }): Insertion[] => {
    if (BULK.has(op)) return [[at, paidByLength(local, fuel)]];
    return op === OP.memoryGrow ? [[end, noted(local, full)]] : [];
  });
  const insertions: Insertion[] = [
    ...withLocal,
    ...chargesOf(start, code).map((it): Insertion => [it.at, paid(it, fuel)]),
  ].sort(([a], [b]) => a - b);

  // One more local, for the length.
  const own = withLocal.length > 0 ? [1, I32] : [];
  const locals = [unsigned(groups + own.length / 2)];
  return joined([
    ...[...locals, body.subarray(groupsAt, start), own],
    ...withInsertions(body, start, insertions),
  ]);
}

function* withInsertions(
  body: Uint8Array,
  start: number,
  insertions: readonly Insertion[],
): Generator<ArrayLike<number>> {
  let from = start;
  for (const [at, bytes] of insertions) {
    yield body.subarray(from, at);
    yield bytes;
    from = at;
  }
  yield body.subarray(from);
}

function paid({ cost, stops }: Charge, fuel: number): number[] {
  const global = unsigned(fuel);
  const taken = [
    ...[OP.globalGet, ...global, OP.i64Const, ...signed(cost), OP.i64Sub],
    ...[OP.globalSet, ...global],
  ];
  if (!stops) return taken;
  return [
    ...taken,
    ...[OP.globalGet, ...global, OP.i64Const, 0, OP.i64LtS],
    ...[OP.if, EMPTY_BLOCK, OP.unreachable, OP.end],
  ];
}

/** The length is on top of the stack, and stays there. */
function paidByLength(local: number, fuel: number): number[] {
  const [index, global] = [unsigned(local), unsigned(fuel)];
  return [
    ...[OP.localTee, ...index, OP.globalGet, ...global],
    ...[OP.localGet, ...index, OP.i32Const, BYTES_SHIFT, OP.i32ShrU],
    ...[OP.i64ExtendI32U, OP.i64Sub, OP.globalSet, ...global],
  ];
}

/** What `memory.grow` gave is on top of the stack, and stays there. */
function noted(local: number, full: number): number[] {
  const index = unsigned(local);
  return [
    ...[OP.localTee, ...index, OP.i32Const, MINUS_ONE, OP.i32Eq],
    ...[OP.if, EMPTY_BLOCK, OP.i32Const, 1, OP.globalSet, ...unsigned(full)],
    ...[OP.end, OP.localGet, ...index],
  ];
}

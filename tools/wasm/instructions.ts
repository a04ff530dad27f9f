/**
 * Instructions of WebAssembly, and where each of them ends. Source: WebAssembly
 * Core Specification 2.0, section 5.4, with tail calls, relaxed SIMD and atomics. No I/O.
 *
 * @module
 */
import type { Reader } from "./leb128.ts";

/** Instructions that are looked for. Those behind a prefix are it × 0x1000 more. */
export const OP = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  returnCall: 0x12,
  returnCallIndirect: 0x13,
  drop: 0x1a,
  localGet: 0x20,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  memoryGrow: 0x40,
  i64Const: 0x42,
  i32Const: 0x41,
  i32Eq: 0x46,
  i64LtS: 0x53,
  i64Sub: 0x7d,
  i32ShrU: 0x76,
  i64ExtendI32U: 0xad,
  memoryInit: 0xfc008,
  memoryCopy: 0xfc00a,
  memoryFill: 0xfc00b,
} as const;

/** Of a block that takes nothing and gives nothing. */
export const EMPTY_BLOCK = 0x40;

type Skip = (reader: Reader) => void;

const nothing: Skip = () => {};
const index: Skip = (reader) => reader.skipNumber();
const twoIndices: Skip = (reader) => {
  reader.skipNumber();
  reader.skipNumber();
};
const bytes = (count: number): Skip => (reader) => void reader.take(count);

/** An alignment, whose bit 6 says that a memory is named, and an offset. */
const address: Skip = (reader) => {
  if (reader.unsigned() >= 0x40) {
    throw new Error("Cannot read of more than one memory");
  }
  reader.skipNumber();
};

const lane: Skip = (reader) => {
  address(reader);
  reader.byte();
};

const numbers: Skip = (reader) => {
  for (let left = reader.unsigned(); left > 0; left--) reader.skipNumber();
};

const targets: Skip = (reader) => {
  numbers(reader);
  reader.skipNumber();
};

type Row = readonly [from: number, to: number, skip: Skip];

/** What follows the byte of an instruction. */
const PLAIN: readonly Row[] = [
  [0x00, 0x01, nothing],
  [0x02, 0x04, index], // the type of a block is a number, too
  [0x05, 0x05, nothing],
  [0x0b, 0x0b, nothing],
  [0x0c, 0x0d, index],
  [0x0e, 0x0e, targets],
  [0x0f, 0x0f, nothing],
  [0x10, 0x10, index],
  [0x11, 0x11, twoIndices],
  [0x12, 0x12, index],
  [0x13, 0x13, twoIndices],
  [0x1a, 0x1b, nothing],
  [0x1c, 0x1c, numbers],
  [0x20, 0x26, index],
  [0x28, 0x3e, address],
  [0x3f, 0x42, index],
  [0x43, 0x43, bytes(4)],
  [0x44, 0x44, bytes(8)],
  [0x45, 0xc4, nothing],
  [0xd0, 0xd0, index],
  [0xd1, 0xd1, nothing],
  [0xd2, 0xd2, index],
];

/** Conversions, and all that is of memory and tables. */
const BULK: readonly Row[] = [
  [0xfc000, 0xfc007, nothing],
  [0xfc008, 0xfc008, twoIndices],
  [0xfc009, 0xfc009, index],
  [0xfc00a, 0xfc00a, twoIndices],
  [0xfc00b, 0xfc00b, index],
  [0xfc00c, 0xfc00c, twoIndices],
  [0xfc00d, 0xfc00d, index],
  [0xfc00e, 0xfc00e, twoIndices],
  [0xfc00f, 0xfc011, index],
];

const VECTOR: readonly Row[] = [
  [0xfd000, 0xfd00b, address],
  [0xfd00c, 0xfd00d, bytes(16)],
  [0xfd00e, 0xfd014, nothing],
  [0xfd015, 0xfd022, bytes(1)],
  [0xfd023, 0xfd053, nothing],
  [0xfd054, 0xfd05b, lane],
  [0xfd05c, 0xfd05d, address],
  [0xfd05e, 0xfd113, nothing], // the last of them are of relaxed SIMD
];

/** Who waits here waits for ever: but only memory that is shared can do so. */
const ATOMIC: readonly Row[] = [
  [0xfe000, 0xfe002, address],
  [0xfe003, 0xfe003, bytes(1)],
  [0xfe010, 0xfe04e, address],
];

const ROWS: readonly Row[] = [...PLAIN, ...BULK, ...VECTOR, ...ATOMIC];

const PREFIXES: readonly number[] = [0xfc, 0xfd, 0xfe];

const SKIPS: ReadonlyMap<number, Skip> = new Map(
  ROWS.flatMap(([from, to, skip]) =>
    Array.from({ length: to - from + 1 }, (_, i) => [from + i, skip] as const)
  ),
);

/** An instruction, and where it is: what it has with it ends there, too. */
export interface Instruction {
  readonly op: number;
  readonly at: number;
  readonly end: number;
}

/** Those of an expression, to its last `end`. */
export function* instructionsOf(reader: Reader): Generator<Instruction> {
  while (!reader.isAtEnd) {
    const { at } = reader;
    const first = reader.byte();
    const op = PREFIXES.includes(first)
      ? first * 0x1000 + reader.unsigned()
      : first;
    const skip = SKIPS.get(op);
    if (skip === undefined) {
      throw new Error(`Cannot read instruction 0x${op.toString(16)}`);
    }
    skip(reader);
    yield { op, at, end: reader.at };
  }
}

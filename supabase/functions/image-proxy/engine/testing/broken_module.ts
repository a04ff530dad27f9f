/**
 * An engine that breaks when it is told to, assembled by hand: its `open` copies
 * the source to the start of its memory, and takes it for the header.
 *
 * @module
 */
import { Buffer } from "node:buffer";

/** What a source says behind the five numbers of a header. */
export type Order = "work" | "trap" | "recurse" | "grow";
const ORDERS: readonly Order[] = ["work", "trap", "recurse", "grow"];

/** A source of the width `width`, which comes with an order. */
export function order(what: Order, width: number): Uint8Array {
  const numbers = [0, width, 1, 1, 0, ORDERS.indexOf(what)];
  return new Uint8Array(Int32Array.from(numbers).buffer);
}

/** No source leaves the memory as it is: what is said is of the one before. */
export const NOTHING = new Uint8Array();

/** Bytes behind how many they are, which is less than 128. */
function counted(...bytes: readonly number[]): number[] {
  return [bytes.length, ...bytes];
}

function name(text: string): number[] {
  return counted(...Buffer.from(text));
}

// By WebAssembly's binary format.
const [I32, F64, FUNCTION, NO_BLOCK] = [0x7f, 0x7c, 0x60, 0x40];
const [UNREACHABLE, BLOCK_IF, END, CALL, DROP] = [0, 4, 0x0b, 0x10, 0x1a];
const [GET, CONST, LOAD, EQUAL, GROW] = [0x20, 0x41, 0x28, 0x46, 0x40];

/** By their places: host.read, open, wish, what traps, and the stack's two. */
const TYPES = [
  [FUNCTION, 3, I32, I32, I32, 1, I32],
  [FUNCTION, 4, I32, F64, F64, F64, 1, I32],
  [FUNCTION, 0, 1, I32],
  [FUNCTION, 0, 0],
  [FUNCTION, 1, I32, 0],
];
const READ = 0;
const FUNCTIONS = {
  open: 1,
  wish: 2,
  decode: 3,
  stackSave: 4,
  stackRestore: 5,
};

/** 768, of 64 kB, in LEB128. */
const PAGES = [0x80, 6];
/** At byte 20, behind the header. */
const IS_ORDER = [CONST, 0, LOAD, 2, 20];
const OPEN = [
  ...[0, CONST, 0, CONST, 0, GET, 0, CALL, READ, DROP],
  ...[...IS_ORDER, CONST, 1, EQUAL, BLOCK_IF, NO_BLOCK, UNREACHABLE, END],
  ...[...IS_ORDER, CONST, 2, EQUAL, BLOCK_IF, NO_BLOCK],
  ...[CALL, FUNCTIONS.decode, END],
  ...[...IS_ORDER, CONST, 3, EQUAL, BLOCK_IF, NO_BLOCK],
  ...[CONST, ...PAGES, GROW, 0, DROP, END],
  ...[CONST, 0, END],
];
const ZERO = [0, CONST, 0, END];
const RECURSE = [0, CALL, FUNCTIONS.decode, END];

export const BROKEN = new WebAssembly.Module(Uint8Array.from([
  ...Buffer.from("\0asm\x01\0\0\0", "latin1"),
  ...[1, ...counted(TYPES.length, ...TYPES.flat())],
  ...[2, ...counted(1, ...name("host"), ...name("read"), 0, 0)],
  ...[3, ...counted(5, 1, 2, 3, 2, 4)],
  ...[5, ...counted(1, 0, 1)],
  ...[7, ...counted(6, ...name("memory"), 2, 0, ...exports())],
  ...[
    10,
    ...counted(
      5,
      ...[OPEN, ZERO, RECURSE, ZERO, [0, END]].flatMap((it) => counted(...it)),
    ),
  ],
]));

function exports(): number[] {
  return Object.entries(FUNCTIONS)
    .flatMap(([text, index]) => [...name(text), 0, index]);
}

/**
 * Small modules, assembled by hand: one memory of a page, and functions that take
 * and give one number of 32 bits.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { sized, unsigned } from "../leb128.ts";

export const [BLOCK, LOOP, IF, ELSE, END] = [0x02, 0x03, 0x04, 0x05, 0x0b];
export const [BR, BR_IF, BR_TABLE, RETURN] = [0x0c, 0x0d, 0x0e, 0x0f];
export const [CALL, CALL_INDIRECT] = [0x10, 0x11];
export const [GET, SET, TEE] = [0x20, 0x21, 0x22];
export const [CONST, EQZ, ADD, SUB] = [0x41, 0x45, 0x6a, 0x6b];
export const GROW = [0x40, 0];
export const COPY = [0xfc, 10, 0, 0];
export const FILL = [0xfc, 11, 0];
/** Of a block that gives nothing, and the number of its parameter. */
export const [EMPTY, I32] = [0x40, 0x7f];

/** What each function does, with its parameter as local 0, and 1 as another. */
export type Functions = Readonly<Record<string, readonly number[]>>;

/** All of them are exported, and in the table, in their order. */
export function assembled(functions: Functions): Uint8Array<ArrayBuffer> {
  const bodies = Object.values(functions);
  const names = Object.keys(functions);
  const all = names.map((_, index) => index);
  const section = (id: number, items: readonly (readonly number[])[]) => [
    id,
    ...sized([...unsigned(items.length), ...items.flat()]),
  ];
  return Uint8Array.from([
    ...Buffer.from("\0asm\x01\0\0\0", "latin1"),
    ...section(1, [[0x60, 1, I32, 1, I32]]),
    ...section(3, all.map(() => [0])),
    ...section(4, [[0x70, 0, ...unsigned(all.length)]]),
    ...section(5, [[0, 1]]),
    ...section(7, [
      [...sized(Buffer.from("memory")), 2, 0],
      ...names.map((name, i) => [...sized(Buffer.from(name)), 0, i]),
    ]),
    ...section(9, [[0, CONST, 0, END, ...sized(all)]]),
    ...section(10, bodies.map((code) => sized([1, 1, I32, ...code, END]))),
  ]);
}

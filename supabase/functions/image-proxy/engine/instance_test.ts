import { strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { Instance } from "./instance.ts";
import { LIMITS } from "./transform.ts";

/** Bytes behind how many they are, which is less than 128. */
function counted(...bytes: readonly number[]): number[] {
  return [bytes.length, ...bytes];
}

function exported(name: string, kind: number, index: number): number[] {
  return [...counted(...Buffer.from(name)), kind, index];
}

// The engine's functions, by WebAssembly's binary format: type 0 is that of
// `open`, 1 gives a number, 2 nothing, 3 takes one.
const [I32, F64, FUNCTION, END, UNREACHABLE] = [0x7f, 0x7c, 0x60, 0x0b, 0];
const TYPES = [
  ...[FUNCTION, 4, I32, F64, F64, F64, 1, I32],
  ...[FUNCTION, 0, 1, I32],
  ...[FUNCTION, 0, 0],
  ...[FUNCTION, 1, I32, 0],
];
const EXPORTS = [
  ...exported("memory", 2, 0),
  ...exported("open", 0, 0),
  ...exported("wish", 0, 1),
  ...exported("decode", 0, 2),
  ...exported("stackSave", 0, 3),
  ...exported("stackRestore", 0, 4),
];
const ZERO = counted(0, 0x41, 0, END);
const TRAP = counted(0, UNREACHABLE, END);
const BODIES = [...TRAP, ...ZERO, ...TRAP, ...ZERO, ...counted(0, END)];

/** An engine that traps whatever it is asked. */
const TRAPPING = new WebAssembly.Module(Uint8Array.from([
  ...Buffer.from("\0asm\x01\0\0\0", "latin1"),
  ...[1, ...counted(4, ...TYPES)],
  ...[3, ...counted(5, 0, 1, 2, 1, 3)],
  ...[5, ...counted(1, 0, 1)],
  ...[7, ...counted(6, ...EXPORTS)],
  ...[10, ...counted(5, ...BODIES)],
]));

const NOTHING = new Uint8Array();

Deno.test("a trap is a value of Instance.open()", () => {
  strictEqual(new Instance(TRAPPING).open(NOTHING, LIMITS), "trap");
});

Deno.test("a trap is a value of Instance.make()", () => {
  const size = { width: 1, height: 1 };
  const plan = { part: { left: 0, top: 0, ...size }, size };
  const encoding = { format: "png", quality: 1, background: 0 } as const;

  strictEqual(new Instance(TRAPPING).make(plan, encoding), "trap");
});

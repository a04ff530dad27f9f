/**
 * Makes WebAssembly that stops by itself: where there is no `Worker`, nothing can
 * stop a module of somebody else's from outside.
 *
 * What comes out has a global, `fuel`: an `i64` that its host sets before each
 * call, and that each instruction of a processor takes about 1 of. Below zero
 * there is a trap, and `fuel` says that this was why. Its memory has an end, and a
 * global `full`, an `i32`, that is 1 once the module wanted more than that.
 *
 * @module
 */
import { OP } from "./wasm/instructions.ts";
import { joined, type Reader, signed, sized, unsigned } from "./wasm/leb128.ts";
import { type Meter, meteredBody } from "./wasm/metered_body.ts";
import {
  appended,
  binaryOf,
  SECTION,
  type Sections,
  sectionsOf,
  vectorOf,
} from "./wasm/sections.ts";

/** What a module may take. */
export interface MeterOptions {
  /** Of 64 KiB each, to which its memory may grow. */
  readonly maxPages: number;
  /** What there is to take before a host says: none, if this does not. */
  readonly initialFuel?: number;
}

/** The names of the globals. */
export const FUEL = "fuel";
export const FULL = "full";

const GLOBAL = 3;
const [I32, I64] = [0x7f, 0x7e];
const MUTABLE = 1;

/**
 * `wasm` that charges `fuel` at the begin of each function and of each round of a
 * loop for the instructions in it, and memory that is copied or filled by 8
 * bytes. Nothing that is in it gets another index. Custom sections are left out.
 *
 * @throws {Error} If it is no module, has instructions that are not known, or
 * begins with more memory.
 */
export function metered(
  wasm: Uint8Array,
  { maxPages, initialFuel = 0 }: MeterOptions,
): Uint8Array<ArrayBuffer> {
  const sections = sectionsOf(wasm);
  const [globals, exports] = [SECTION.global, SECTION.export].map((id) =>
    sections.get(id)
  );
  const imports = importsOf(sections.get(SECTION.import), maxPages);
  const fuel = imports.globals + vectorOf(globals).count;
  const full = fuel + 1;
  sections
    .set(SECTION.import, imports.section)
    .set(SECTION.memory, limited(sections.get(SECTION.memory), maxPages))
    .set(
      SECTION.global,
      appended(
        globals,
        [I64, MUTABLE, OP.i64Const, ...signed(initialFuel), OP.end],
        [I32, MUTABLE, OP.i32Const, 0, OP.end],
      ),
    )
    .set(
      SECTION.export,
      appended(exports, exported(FUEL, fuel), exported(FULL, full)),
    )
    .set(SECTION.code, meteredCode(sections, { fuel, full }));
  return binaryOf(sections);
}

function exported(name: string, global: number): number[] {
  const text = new TextEncoder().encode(name);
  return [...sized(text), GLOBAL, ...unsigned(global)];
}

function meteredCode(
  sections: Sections,
  globals: Omit<Meter, "parameters">,
): Uint8Array {
  const parameters = parametersOf(sections.get(SECTION.type));
  const types = vectorOf(sections.get(SECTION.function)).items;
  const { count, items } = vectorOf(sections.get(SECTION.code));
  const code: ArrayLike<number>[] = [unsigned(count)];
  for (let i = 0; i < count; i++) {
    const own = parameters[types.unsigned()] ?? 0;
    const body = meteredBody(items.sized(), { parameters: own, ...globals });
    code.push(unsigned(body.length), body);
  }
  return joined(code);
}

/** How many parameters a function of each type has. */
function parametersOf(section: Uint8Array | undefined): number[] {
  const { count, items } = vectorOf(section);
  return Array.from({ length: count }, () => {
    if (items.byte() !== 0x60) throw new Error("Cannot read this type");
    const parameters = items.sized().length;
    items.sized(); // results
    return parameters;
  });
}

/** The same with `maxPages` as the end of a memory that is imported. */
function importsOf(
  section: Uint8Array | undefined,
  maxPages: number,
): { readonly section: Uint8Array; readonly globals: number } {
  const { count, items } = vectorOf(section);
  const parts: ArrayLike<number>[] = [unsigned(count)];
  let globals = 0;
  for (let i = 0; i < count; i++) {
    const { at } = items;
    items.sized();
    items.sized();
    const kind = items.byte();
    const from = items.at;
    if (kind === 0) items.unsigned();
    else if (kind === 1) skipTable(items);
    else if (kind === 3) globals += items.take(2).length / 2;
    else if (kind !== 2) throw new Error(`Cannot read an import of ${kind}`);
    const limits = kind === 2 ? limitsOf(items, maxPages) : [];
    const end = kind === 2 ? from : items.at;
    parts.push(items.bytes.subarray(at, end), limits);
  }
  return { section: joined(parts), globals };
}

function skipTable(items: Reader): void {
  items.byte();
  const hasMost = items.byte();
  items.unsigned();
  if (hasMost === 1) items.unsigned();
}

function limited(
  section: Uint8Array | undefined,
  maxPages: number,
): Uint8Array {
  const { count, items } = vectorOf(section);
  const all = Array.from({ length: count }, () => limitsOf(items, maxPages));
  return joined([unsigned(count), ...all]);
}

/** Of a memory: from what it begins with to `maxPages`, or its own if less. */
function limitsOf(items: Reader, maxPages: number): number[] {
  const flags = items.byte();
  if (flags > 1) throw new Error("Cannot limit a memory that is shared");
  const least = items.unsigned();
  const most = flags === 1 ? items.unsigned() : Infinity;
  if (least > maxPages) {
    throw new Error(`Cannot give ${least} pages of ${maxPages}`);
  }
  return [1, ...unsigned(least), ...unsigned(Math.min(most, maxPages))];
}

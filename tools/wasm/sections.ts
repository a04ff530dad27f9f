/**
 * A WebAssembly binary as its sections. Source: WebAssembly Core Specification
 * 2.0, section 5.5. No I/O.
 *
 * @module
 */
import { joined, Reader, unsigned } from "./leb128.ts";

/** What a section is of. */
export const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
  tag: 13,
} as const;

/** The order in which they come: the tag and the data count came later. */
const ORDER: readonly number[] = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];

/** Magic and version. */
const START = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** By what they are of. */
export type Sections = Map<number, Uint8Array>;

/**
 * What `wasm` consists of, but for its custom sections: names, and where the
 * source of an instruction was, which is of no use once it is somewhere else.
 */
export function sectionsOf(wasm: Uint8Array): Sections {
  const reader = new Reader(wasm);
  const start = reader.take(START.length);
  if (!START.every((byte, at) => byte === start[at])) {
    throw new Error("Cannot read what is no WebAssembly of version 1");
  }
  const sections: Sections = new Map();
  while (!reader.isAtEnd) {
    const id = reader.byte();
    const content = reader.sized();
    if (id === SECTION.custom) continue;
    if (!ORDER.includes(id) || sections.has(id)) {
      throw new Error(`Cannot read section ${id}`);
    }
    sections.set(id, content);
  }
  return sections;
}

/** The binary that consists of `sections`. */
export function binaryOf(sections: Sections): Uint8Array<ArrayBuffer> {
  const parts: ArrayLike<number>[] = [START];
  for (const id of ORDER) {
    const content = sections.get(id);
    if (content === undefined) continue;
    parts.push([id, ...unsigned(content.length)], content);
  }
  return joined(parts);
}

/** A vector as the number of its items, and the bytes of all of them. */
export function vectorOf(section: Uint8Array | undefined): {
  readonly count: number;
  readonly items: Reader;
} {
  const items = new Reader(section ?? Uint8Array.of(0));
  return { count: items.unsigned(), items };
}

/** The same with more items at its end. */
export function appended(
  section: Uint8Array | undefined,
  ...more: readonly (readonly number[])[]
): Uint8Array {
  const { count, items } = vectorOf(section);
  const rest = items.take(items.end - items.at);
  return joined([unsigned(count + more.length), rest, ...more]);
}

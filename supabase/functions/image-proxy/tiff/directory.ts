/**
 * The fields of a TIFF's directories: TIFF 6.0, section 2. No I/O.
 *
 * @module
 */
import { ascii } from "../header/header.ts";
import { Numbers } from "../header/numbers.ts";
import { Refused, unsupported } from "../header/refused.ts";

/** Bytes of each type that holds numbers: BYTE, SHORT, LONG; UNDEFINED. */
const BYTES: Readonly<Record<number, 1 | 2 | 4>> = { 1: 1, 3: 2, 4: 4, 7: 1 };

/** Of fields in one directory. Cameras write about sixty. */
const MOST_FIELDS = 1_024;

/** Of directories that are looked at: thumbnails stand in front of pictures. */
const MOST_DIRECTORIES = 16;

/** Of numbers in a field: as many blocks as there may be. */
const MOST_NUMBERS = 2 ** 18;

/** `NewSubfileType`, whose lowest bit says that a picture is a smaller one. */
const SUBFILE_TYPE = 254;

/** Where a field's values are. */
interface Field {
  readonly bytes: 1 | 2 | 4;
  readonly count: number;
  readonly at: number;
}

/** The fields of one picture, by their tags. */
export class Directory {
  readonly #numbers: Numbers;
  readonly #fields: ReadonlyMap<number, Field>;

  constructor(numbers: Numbers, fields: ReadonlyMap<number, Field>) {
    this.#numbers = numbers;
    this.#fields = fields;
  }

  /**
   * The first value of a field; `otherwise` if there is none.
   *
   * @throws {Refused} "corrupt", if there is neither.
   */
  number(tag: number, otherwise?: number): number {
    const field = this.#fields.get(tag);
    const value = field === undefined ? otherwise : this.#value(field, 0);
    if (value === undefined) throw new Refused("corrupt");
    return value;
  }

  /** All values of a field; none if it is not there. */
  numbers(tag: number): number[] {
    const field = this.#fields.get(tag);
    if (field === undefined) return [];
    if (field.count > MOST_NUMBERS) {
      throw unsupported(`It has more than ${MOST_NUMBERS} numbers of a kind`);
    }
    // The last of them says whether all are there, before any is read.
    this.#value(field, field.count - 1);
    return Array.from({ length: field.count }, (_, i) => this.#value(field, i));
  }

  /** Where the bytes of a field are; `undefined` if it is not there. */
  place(
    tag: number,
  ): { readonly at: number; readonly length: number } | undefined {
    const field = this.#fields.get(tag);
    if (field === undefined) return undefined;
    const length = field.count * field.bytes;
    if (field.at + length > this.#numbers.bytes.length) {
      throw new Refused("truncated");
    }
    return { at: field.at, length };
  }

  #value({ bytes, count, at }: Field, index: number): number {
    if (count < 1) throw new Refused("corrupt");
    const place = at + index * bytes;
    switch (bytes) {
      case 1:
        return this.#numbers.u8(place);
      case 2:
        return this.#numbers.u16(place);
      case 4:
        return this.#numbers.u32(place);
    }
  }
}

/** Whether `file` begins as a TIFF does, of either byte order. */
export function isTiff(file: Uint8Array): boolean {
  return ["II*\0", "MM\0*"].includes(ascii(file, 0, 4)) || isBig(file);
}

/** With offsets of 64 bits, for files that are larger than what is read. */
function isBig(file: Uint8Array): boolean {
  return ["II+\0", "MM\0+"].includes(ascii(file, 0, 4));
}

/**
 * The directory of the first picture that is not a smaller one of another.
 *
 * @throws {Refused} If there is none that can be read.
 */
export function firstDirectory(file: Uint8Array): Directory {
  if (isBig(file)) throw unsupported("It is a BigTIFF");
  const numbers = new Numbers(file, ascii(file, 0, 2) === "II");
  const seen = new Set<number>();
  let at = numbers.u32(4);
  while (at !== 0 && seen.size < MOST_DIRECTORIES) {
    if (seen.has(at)) throw new Refused("corrupt");
    seen.add(at);
    const { directory, next } = directoryAt(numbers, at);
    const isSmaller = (directory.number(SUBFILE_TYPE, 0) & 1) === 1;
    if (!isSmaller) return directory;
    at = next;
  }
  throw unsupported("Its pictures are smaller ones of another");
}

function directoryAt(
  numbers: Numbers,
  at: number,
): { readonly directory: Directory; readonly next: number } {
  const count = numbers.u16(at);
  if (count === 0 || count > MOST_FIELDS) throw new Refused("corrupt");
  const fields = new Map<number, Field>();
  for (let i = 0; i < count; i++) {
    const entry = at + 2 + 12 * i;
    const bytes = BYTES[numbers.u16(entry + 2)];
    // Texts and fractions say nothing of the pixels.
    if (bytes === undefined) continue;
    const length = numbers.u32(entry + 4);
    // Up to four bytes stand in the place of their offset.
    const isInside = length * bytes <= 4;
    const place = isInside ? entry + 8 : numbers.u32(entry + 8);
    fields.set(numbers.u16(entry), { bytes, count: length, at: place });
  }
  const next = numbers.u32(at + 2 + 12 * count);
  return { directory: new Directory(numbers, fields), next };
}

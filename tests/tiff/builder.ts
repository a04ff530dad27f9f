/**
 * TIFF files by hand, of kinds that sharp does not write and can read. No I/O.
 *
 * @module
 */

const [BYTE, SHORT, LONG] = [1, 3, 4];
const BYTES: Readonly<Record<number, number>> = { [BYTE]: 1, [SHORT]: 2 };

/** A field: its tag, the type of its values, and these. */
export type Field = readonly [
  tag: number,
  type: 1 | 3 | 4,
  values: readonly number[],
];

/** What a file consists of. */
export interface Parts {
  readonly isLittle?: boolean;
  /** Without those that say where the blocks are. */
  readonly fields: readonly Field[];
  readonly blocks: readonly Uint8Array[];
  /** `StripOffsets` and `StripByteCounts`, or of tiles. */
  readonly tags?: readonly [offsets: number, lengths: number];
  /** A picture in front of this one. */
  readonly before?: Parts;
}

/** Bytes that grow. */
class Writer {
  readonly bytes: number[] = [];

  constructor(readonly isLittle: boolean) {}

  number(value: number, bytes: number): void {
    const all = Array.from({ length: bytes }, (_, i) => value >>> 8 * i & 255);
    this.bytes.push(...this.isLittle ? all : all.reverse());
  }
}

/** A whole file. */
export function tiffOf(parts: Parts): Uint8Array {
  const { isLittle = true } = parts;
  const writer = new Writer(isLittle);
  writer.bytes.push(...isLittle ? [0x49, 0x49] : [0x4d, 0x4d]);
  writer.number(42, 2);
  const links = [writer.bytes.length];
  writer.number(0, 4);
  for (const it of [parts.before, parts]) {
    if (it === undefined) continue;
    const { at, next } = directory(writer, it);
    link(writer, links.at(-1) ?? 0, at);
    links.push(next);
  }
  return Uint8Array.from(writer.bytes);
}

function link(writer: Writer, place: number, at: number): void {
  const number = new Writer(writer.isLittle);
  number.number(at, 4);
  for (const [i, byte] of number.bytes.entries()) {
    writer.bytes[place + i] = byte;
  }
}

function directory(
  writer: Writer,
  { fields, blocks, tags = [273, 279] }: Parts,
): { readonly at: number; readonly next: number } {
  const offsets = blocks.map((block) => {
    const at = writer.bytes.length;
    for (const byte of block) writer.bytes.push(byte);
    return at;
  });
  const lengths = blocks.map(({ length }) => length);
  const all: Field[] = [
    ...fields,
    [tags[0], LONG as 4, offsets],
    [tags[1], LONG as 4, lengths],
  ];
  all.sort(([a], [b]) => a - b);
  const places = all.map(([, type, values]) => {
    const bytes = BYTES[type] ?? 4;
    if (values.length * bytes <= 4) return undefined;
    const at = writer.bytes.length;
    for (const it of values) writer.number(it, bytes);
    return at;
  });
  const at = writer.bytes.length;
  writer.number(all.length, 2);
  for (const [i, [tag, type, values]] of all.entries()) {
    writer.number(tag, 2);
    writer.number(type, 2);
    writer.number(values.length, 4);
    const place = places[i];
    const before = writer.bytes.length;
    if (place !== undefined) writer.number(place, 4);
    else for (const it of values) writer.number(it, BYTES[type] ?? 4);
    while (writer.bytes.length < before + 4) writer.bytes.push(0);
  }
  const next = writer.bytes.length;
  writer.number(0, 4);
  return { at, next };
}

/** The fields of a picture of one strip. */
export function fieldsOf(
  { width, height, bits, photometric, more = [] }: {
    readonly width: number;
    readonly height: number;
    readonly bits: readonly number[];
    readonly photometric: number;
    readonly more?: readonly Field[];
  },
): Field[] {
  return [
    [256, LONG as 4, [width]],
    [257, LONG as 4, [height]],
    [258, SHORT as 3, bits],
    [259, SHORT as 3, [1]],
    [262, SHORT as 3, [photometric]],
    [277, SHORT as 3, [bits.length]],
    [278, LONG as 4, [height]],
    ...more,
  ];
}

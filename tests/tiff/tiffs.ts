/**
 * TIFF of any kind, tag by tag.
 *
 * @module
 */
import { Buffer } from "node:buffer";

/** What a tag says: numbers of 16 or 32 bits, or bytes. */
export type Value =
  | { readonly short: readonly number[] }
  | { readonly long: readonly number[] }
  | { readonly bytes: Uint8Array };

/** By number. Offsets of `data` are counted from its beginning. */
export type Tags = Readonly<Record<number, Value>>;

/** A directory, and the bytes that its segments are. */
export interface Page {
  readonly tags: Tags;
  readonly data: Uint8Array;
}

/** Tags whose numbers are places in the data of their page. */
const PLACES = new Set([273, 324]);

export interface Order {
  readonly isLittle: boolean;
  /** Where the last directory says that the next one is. */
  readonly last?: number;
}

/** A file of these pages. */
export function tiffOf(
  pages: readonly Page[],
  { isLittle, last = 0 }: Order = { isLittle: true },
): Buffer {
  const mark = isLittle ? "II" : "MM";
  const parts = [
    Buffer.from(mark, "latin1"),
    u16(42, isLittle),
    u32(8, isLittle),
  ];
  let at = 8;
  for (const [i, page] of pages.entries()) {
    const isLast = i === pages.length - 1;
    const part = pageAt(page, at, { isLittle, ...isLast && { last } });
    parts.push(part);
    at += part.length;
  }
  return Buffer.concat(parts);
}

/** Directory, values, data, and then the next page. */
function pageAt({ tags, data }: Page, at: number, order: Order): Buffer {
  const { isLittle } = order;
  const entries = Object.entries(tags).map(([tag, value]) =>
    [Number(tag), value] as const
  ).sort(([a], [b]) => a - b);
  const values = at + 2 + 12 * entries.length + 4;
  const sizes = entries.map(([, value]) => even(lengthOf(value)));
  const dataAt = values +
    sizes.reduce((sum, it) => sum + (it > 4 ? it : 0), 0);
  const head: Buffer[] = [u16(entries.length, isLittle)];
  const tail: Buffer[] = [];
  let place = values;
  for (const [tag, value] of entries) {
    const moved = PLACES.has(tag) ? movedBy(value, dataAt) : value;
    const bytes = bytesOf(moved, isLittle);
    const padded = Buffer.alloc(Math.max(4, even(bytes.length)));
    bytes.copy(padded);
    head.push(u16(tag, isLittle), u16(typeOf(value), isLittle));
    head.push(u32(countOf(value), isLittle));
    head.push(padded.length > 4 ? u32(place, isLittle) : padded);
    if (padded.length > 4) tail.push(padded);
    place += padded.length > 4 ? padded.length : 0;
  }
  const end = even(dataAt + data.length);
  const next = u32(order.last ?? end, isLittle);
  const fill = Buffer.alloc(end - dataAt - data.length);
  return Buffer.concat([...head, next, ...tail, data, fill]);
}

function movedBy(value: Value, by: number): Value {
  if (!("long" in value)) return value;
  return { long: value.long.map((it) => it + by) };
}

function typeOf(value: Value): number {
  return "short" in value ? 3 : "long" in value ? 4 : 7;
}

function countOf(value: Value): number {
  if ("short" in value) return value.short.length;
  return "long" in value ? value.long.length : value.bytes.length;
}

function lengthOf(value: Value): number {
  return countOf(value) * ("short" in value ? 2 : "long" in value ? 4 : 1);
}

function bytesOf(value: Value, isLittle: boolean): Buffer {
  if ("bytes" in value) return Buffer.from(value.bytes);
  if ("short" in value) {
    return Buffer.concat(value.short.map((it) => u16(it, isLittle)));
  }
  return Buffer.concat(value.long.map((it) => u32(it, isLittle)));
}

export function u16(value: number, isLittle: boolean): Buffer {
  const bytes = [value >>> 8 & 255, value & 255];
  return Buffer.from(isLittle ? bytes.reverse() : bytes);
}

export function u32(value: number, isLittle: boolean): Buffer {
  const bytes = [24, 16, 8, 0].map((by) => value >>> by & 255);
  return Buffer.from(isLittle ? bytes.reverse() : bytes);
}

function even(length: number): number {
  return length + length % 2;
}

/**
 * The items of a `meta` box: ISO/IEC 14496-12 §8.11, ISO/IEC 23008-12 §6 and
 * §9.3. No I/O.
 *
 * @module
 */
import { Refused, unsupported } from "../header/refused.ts";
import { type Box, boxesOf, type Cursor, find, need } from "./cursor.ts";
import type { Extent } from "./extents.ts";
import { type Properties, readProperties } from "./properties.ts";

/** A reference from one item to others, in their order. */
export interface Reference {
  readonly type: string;
  readonly from: number;
  readonly to: readonly number[];
}

/** A property of an item: which of `ipco`, counted from 1. */
interface Owned {
  readonly index: number;
  readonly isEssential: boolean;
}

/** Items of a file: a phone's grid of 200 MP, a map of its light, and others. */
const MAX_ITEMS = 1024;

/** Of one item. Few have more than one. */
const MAX_EXTENTS = 32;

/** Of one item. */
const MAX_OWNED = 32;

/** Items that one refers to: the tiles of a grid. */
const MAX_REFERRED = 1024;

/** The items of a file, by their number. */
export class Items {
  readonly primary: number;
  readonly references: readonly Reference[];
  readonly #types: ReadonlyMap<number, string>;
  readonly #places: ReadonlyMap<number, readonly Extent[]>;
  readonly #boxes: readonly Box[];
  readonly #owned: ReadonlyMap<number, readonly Owned[]>;

  /** From the content of a `meta` box. */
  constructor(meta: Cursor) {
    meta.full();
    const pitm = need(meta, "pitm");
    this.primary = pitm.uint(pitm.full().version === 0 ? 2 : 4);
    this.#types = readTypes(need(meta, "iinf"));
    this.#places = readPlaces(need(meta, "iloc"), find(meta, "idat"));
    this.references = readReferences(find(meta, "iref"));
    const iprp = need(meta, "iprp");
    this.#boxes = [...boxesOf(need(iprp, "ipco"))];
    this.#owned = readOwned(need(iprp, "ipma"));
  }

  typeOf(item: number): string | undefined {
    return this.#types.get(item);
  }

  /** Where the item's bytes are. */
  placeOf(item: number): readonly Extent[] {
    const place = this.#places.get(item);
    if (place === undefined) throw new Refused("corrupt");
    return place;
  }

  propertiesOf(item: number): Properties {
    const owned = this.#owned.get(item) ?? [];
    return readProperties(owned.map(({ index, isEssential }) => {
      const box = this.#boxes[index - 1];
      if (box === undefined) throw new Refused("corrupt");
      const { type, content } = box;
      return { box: { type, content: content.again() }, isEssential };
    }));
  }
}

function bounded(count: number, most: number, what: string): number {
  if (count > most) throw unsupported(`It has more than ${most} ${what}`);
  return count;
}

function readTypes(iinf: Cursor): Map<number, string> {
  const types = new Map<number, string>();
  bounded(iinf.uint(iinf.full().version === 0 ? 2 : 4), MAX_ITEMS, "items");
  for (const { type, content } of boxesOf(iinf)) {
    if (type !== "infe") continue;
    const { version } = content.full();
    if (version < 2) throw unsupported("Its list of items is of a draft");
    const item = content.uint(version === 2 ? 2 : 4);
    content.skip(2); // its protection
    types.set(item, content.type());
  }
  return types;
}

function readPlaces(
  iloc: Cursor,
  idat: Cursor | undefined,
): Map<number, readonly Extent[]> {
  const { version } = iloc.full();
  const [sizes, more] = [iloc.uint(1), iloc.uint(1)];
  const [offsetBytes, lengthBytes] = [sizes >> 4, sizes & 15];
  const baseBytes = more >> 4;
  const indexBytes = version === 0 ? 0 : more & 15;
  const wide = version < 2 ? 2 : 4;
  const count = bounded(iloc.uint(wide), MAX_ITEMS, "items");
  const places = new Map<number, Extent[]>();
  for (let i = 0; i < count; i++) {
    const item = iloc.uint(wide);
    const method = version === 0 ? 0 : iloc.uint(2) & 15;
    iloc.skip(2); // a file elsewhere, which is none here
    const base = iloc.uint(baseBytes);
    const extents: Extent[] = [];
    const parts = bounded(iloc.uint(2), MAX_EXTENTS, "parts of an item");
    for (let part = 0; part < parts; part++) {
      iloc.skip(indexBytes);
      const at = base + iloc.uint(offsetBytes);
      extents.push({ at, length: iloc.uint(lengthBytes) });
    }
    // An item that is a part of others is left out, and so is not found.
    if (method === 0) places.set(item, extents);
    if (method === 1) places.set(item, extents.map((it) => within(it, idat)));
  }
  return places;
}

/** An extent of `idat` as one of the file. */
function within({ at, length }: Extent, idat: Cursor | undefined): Extent {
  if (idat === undefined || at + length > idat.left) {
    throw new Refused("corrupt");
  }
  return { at: idat.at + at, length };
}

function readReferences(iref: Cursor | undefined): Reference[] {
  if (iref === undefined) return [];
  const wide = iref.full().version === 0 ? 2 : 4;
  const references: Reference[] = [];
  for (const { type, content } of boxesOf(iref)) {
    const from = content.uint(wide);
    const count = bounded(
      content.uint(2),
      MAX_REFERRED,
      "references of an item",
    );
    const to = Array.from({ length: count }, () => content.uint(wide));
    references.push({ type, from, to });
  }
  return references;
}

function readOwned(ipma: Cursor): Map<number, readonly Owned[]> {
  const { version, flags } = ipma.full();
  const indexBytes = (flags & 1) === 0 ? 1 : 2;
  const essential = 2 ** (8 * indexBytes - 1);
  const owned = new Map<number, readonly Owned[]>();
  const count = bounded(ipma.uint(4), MAX_ITEMS, "items");
  for (let i = 0; i < count; i++) {
    const item = ipma.uint(version === 0 ? 2 : 4);
    const length = bounded(ipma.uint(1), MAX_OWNED, "properties of an item");
    const list = Array.from({ length }, () => {
      const value = ipma.uint(indexBytes);
      const isEssential = value >= essential;
      return { index: isEssential ? value - essential : value, isEssential };
    });
    // Index 0 is none.
    owned.set(item, list.filter(({ index }) => index !== 0));
  }
  return owned;
}

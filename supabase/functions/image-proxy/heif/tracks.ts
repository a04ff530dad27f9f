/**
 * The first picture of an animation: ISO/IEC 14496-12 §8. No I/O.
 *
 * @module
 */
import type { Size } from "../engine/geometry.ts";
import { Refused, unsupported } from "../header/refused.ts";
import { type Coded, single, type Source } from "./coded.ts";
import { boxesOf, type Cursor, find, need } from "./cursor.ts";
import { isAlpha, type Properties, readProperties } from "./properties.ts";

/** A track, as far as its first picture needs it. */
interface Track<Header> {
  readonly id: number;
  /** What it is the alpha of. */
  readonly of: readonly number[];
  readonly properties: Properties;
  readonly frames: number;
  readonly coded: () => Coded<Header>;
}

/** What a `moov` has. */
export interface Animation<Header> {
  readonly frames: number;
  readonly properties: Properties;
  readonly picture: () => Coded<Header>;
  readonly alpha: (() => Coded<Header>) | undefined;
}

/** The first track that is no alpha, and what is the alpha of it. */
export function readTracks<Header extends { readonly size: Size }>(
  source: Source<Header>,
  moov: Cursor,
): Animation<Header> {
  const tracks: Track<Header>[] = [];
  for (const { type, content } of boxesOf(moov)) {
    if (type !== "trak") continue;
    const track = readTrack(source, content);
    if (track !== undefined) tracks.push(track);
  }
  const main = tracks.find((it) => it.of.length === 0);
  if (main === undefined) {
    throw unsupported("It has no track of pictures that is read");
  }
  const { frames, properties, coded: picture } = main;
  const alpha = tracks.find((it) =>
    it.of.includes(main.id) && isAlpha(it.properties)
  );
  return { frames, properties, picture, alpha: alpha?.coded };
}

/** Undefined is no track of pictures by that codec. */
function readTrack<Header extends { readonly size: Size }>(
  source: Source<Header>,
  trak: Cursor,
): Track<Header> | undefined {
  const mdia = need(trak, "mdia");
  const stbl = need(need(mdia, "minf"), "stbl");
  const stsd = need(stbl, "stsd");
  stsd.skip(8); // version, flags, and the count of entries
  const [entry] = boxesOf(stsd);
  if (entry?.type !== source.codec.type) return undefined;
  const properties = readEntry(entry.content);
  const { frames, length } = readSizes(need(stbl, "stsz"));
  const place = [{ at: readOffset(stbl), length }];
  return {
    id: readId(need(trak, "tkhd")),
    of: readAuxl(find(trak, "tref")),
    properties,
    frames,
    coded: () => single(source, properties, place),
  };
}

/** §12.1.3: a VisualSampleEntry, which has the size in its middle. */
function readEntry(entry: Cursor): Properties {
  entry.skip(24);
  const size = { width: entry.uint(2), height: entry.uint(2) };
  entry.skip(50);
  const boxes = [...boxesOf(entry)].map((box) => ({
    // What `auxC` is to an item, `auxi` is to a track: ISO/IEC 23008-12 §7.5.
    box: box.type === "auxi" ? { ...box, type: "auxC" } : box,
    isEssential: false,
  }));
  return { ...readProperties(boxes), size };
}

/** §8.7.3.2: how many there are, and how long the first is. */
function readSizes(stsz: Cursor): { frames: number; length: number } {
  stsz.full();
  const all = stsz.uint(4);
  const frames = stsz.uint(4);
  if (frames === 0) throw new Refused("corrupt");
  return { frames, length: all === 0 ? stsz.uint(4) : all };
}

/** §8.7.5: where the first is. */
function readOffset(stbl: Cursor): number {
  const stco = find(stbl, "stco");
  const table = stco ?? need(stbl, "co64");
  table.full();
  if (table.uint(4) === 0) throw new Refused("corrupt");
  return table.uint(stco === undefined ? 8 : 4);
}

/** §8.3.2. */
function readId(tkhd: Cursor): number {
  tkhd.skip(tkhd.full().version === 0 ? 8 : 16);
  return tkhd.uint(4);
}

/** §8.3.3. */
function readAuxl(tref: Cursor | undefined): number[] {
  const auxl = tref === undefined ? undefined : find(tref, "auxl");
  if (auxl === undefined) return [];
  return Array.from(
    { length: Math.min(16, Math.floor(auxl.left / 4)) },
    () => auxl.uint(4),
  );
}

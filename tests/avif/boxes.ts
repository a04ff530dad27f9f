/**
 * Writes files of boxes, as they should be and as they should not.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { readHeader } from "../../supabase/functions/image-proxy/avif/header.ts";

/** An item, with what it says of itself. */
export interface Item {
  readonly type: string;
  readonly data: Uint8Array;
  readonly properties: readonly Uint8Array[];
}

/** What a file consists of. Items are counted from 1. */
export interface Parts {
  readonly items: readonly Item[];
  readonly primary?: number;
  /** Each a box of `iref`. */
  readonly references?: readonly Uint8Array[];
  /** Of `ftyp`: four characters each. */
  readonly brands?: readonly string[];
  /** Boxes before `mdat`, when the place of its content is known. */
  readonly more?: (content: number) => Uint8Array[];
  /** Whether it has a `meta`. */
  readonly isBare?: boolean;
}

export function box(type: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = Buffer.alloc(4);
  const content = Buffer.concat(parts);
  length.writeUInt32BE(content.length + 8);
  return Buffer.concat([length, Buffer.from(type, "latin1"), content]);
}

/** With a version and flags. */
export function full(
  type: string,
  ...parts: readonly Uint8Array[]
): Uint8Array {
  return box(type, new Uint8Array(4), ...parts);
}

/** Numbers of two bytes each. */
export function shorts(...values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(2 * values.length);
  values.forEach((value, at) => bytes.writeUInt16BE(value, 2 * at));
  return bytes;
}

/** Numbers of four bytes each. */
export function longs(...values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, at) => bytes.writeUInt32BE(value >>> 0, 4 * at));
  return bytes;
}

export function text(value: string): Uint8Array {
  return Buffer.from(value, "latin1");
}

export function ispe(width: number, height: number): Uint8Array {
  return full("ispe", longs(width, height));
}

/** What colours are, by the numbers of H.273, of all values. */
export function nclx(
  primaries: number,
  transfer: number,
  matrix: number,
): Uint8Array {
  const numbers = shorts(primaries, transfer, matrix);
  return box("colr", text("nclx"), numbers, Uint8Array.of(0x80));
}

export function irot(quarters: number): Uint8Array {
  return box("irot", Uint8Array.of(quarters));
}

export function imir(axis: number): Uint8Array {
  return box("imir", Uint8Array.of(axis));
}

/** A file. */
export function fileOf(parts: Parts): Uint8Array {
  const brands = parts.brands ?? ["avif", "mif1", "miaf"];
  const [major = "avif", ...others] = brands;
  const ftyp = box(
    "ftyp",
    text(major),
    longs(0),
    ...[major, ...others].map(text),
  );
  const before = (content: number) =>
    Buffer.concat([
      ftyp,
      ...(parts.isBare ? [] : [metaOf(parts, content)]),
      ...(parts.more?.(content) ?? []),
    ]);
  const content = before(0).length + 8;
  const mdat = box("mdat", ...parts.items.map(({ data }) => data));
  return Buffer.concat([before(content), mdat]);
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

export function metaOf(
  { items, primary = 1, references = [] }: Parts,
  content: number,
): Uint8Array {
  let at = content;
  const places = items.map(({ data }, i) => {
    const place = Buffer.concat([
      shorts(i + 1, 0, 1),
      longs(at, data.length),
    ]);
    at += data.length;
    return place;
  });
  // Said once for all, as cameras do: more than 127 have no number.
  const all = items.flatMap(({ properties }) => properties)
    .filter((it, i, them) =>
      i === them.findIndex((other) => isSame(it, other))
    );
  const owned = items.map(({ properties }, i) =>
    Buffer.concat([
      shorts(i + 1),
      Uint8Array.of(properties.length),
      ...properties.map((it) =>
        Uint8Array.of(1 + all.findIndex((other) => isSame(it, other)))
      ),
    ])
  );
  return full(
    "meta",
    full("hdlr", longs(0), text("pict"), new Uint8Array(13)),
    full("pitm", shorts(primary)),
    full("iloc", Uint8Array.of(0x44, 0), shorts(items.length), ...places),
    full(
      "iinf",
      shorts(items.length),
      ...items.map(({ type }, i) =>
        box("infe", longs(0x02000000), shorts(i + 1, 0), text(`${type}\0`))
      ),
    ),
    ...(references.length === 0 ? [] : [full("iref", ...references)]),
    box(
      "iprp",
      box("ipco", ...all),
      full("ipma", longs(items.length), ...owned),
    ),
  );
}

/** The stream of a file that has one, and the `av1C` of it. */
export function streamOf(
  file: Uint8Array,
): { stream: Uint8Array; av1C: Uint8Array } {
  const header = readHeader(file);
  if (typeof header === "string") throw new Error(header);
  const [place] = header.picture.tiles[0]?.place ?? [];
  if (place === undefined) throw new Error("No stream");
  const at = Buffer.from(file).indexOf("av1C", "latin1") - 4;
  const length = Buffer.from(file).readUInt32BE(at);
  return {
    stream: file.slice(place.at, place.at + place.length),
    av1C: file.slice(at, at + length),
  };
}

/** A file of one picture, whatever is said of it. */
export function still(
  stream: Uint8Array,
  ...properties: readonly Uint8Array[]
): Uint8Array {
  return fileOf({ items: [{ type: "av01", data: stream, properties }] });
}

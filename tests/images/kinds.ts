/**
 * Every kind of file that a picture can be made of, and how sharp is to take it.
 *
 * @module
 */
import type { Size } from "../../supabase/functions/image-proxy/engine/geometry.ts";
import type { Task } from "../engine/oracle.ts";
import {
  AVIF_KINDS,
  type Kind,
  KINDS,
  makeKinds,
  SIZE,
} from "../engine/pictures.ts";
import { idealInk } from "./ink.ts";

/** A file, or pixels. */
export type Source = Omit<Task, "calls">;

/** One kind of file. */
export interface Original {
  readonly name: string;
  readonly file: Uint8Array;
  /** Upright. */
  readonly size: Size;
  readonly hasAlpha: boolean;
  /** Below which likeness is a mistake, if it is not the usual one. */
  readonly floor?: number;
  /** What a colour may be off, of 255, besides what is usual. */
  readonly off: number;
  /** The same picture for sharp: usually the file itself. */
  source(): Promise<Source>;
}

/** All of them. A format that is added puts its kinds here. */
export async function makeOriginals(): Promise<Original[]> {
  const kinds = [...KINDS, ...AVIF_KINDS];
  const files = await makeKinds(kinds, SIZE);
  return kinds.map((kind, at) => originalOf(kind, files[at]));
}

/** The one of ink that does not say whose. */
const INK = "JPEG, CMYK";

function originalOf(
  kind: Kind,
  file: Uint8Array = new Uint8Array(),
): Original {
  const { name, hasAlpha = false, floor, off = 0 } = kind;
  const size = sizeOf(name);
  const plain = { name, file, size, hasAlpha, off: 0 };
  if (name === INK) {
    const source = async () => rawOf(await idealInk(file), size);
    return { ...plain, source };
  }
  const source = () => Promise.resolve({ input: file });
  return { ...plain, off, source, ...(floor === undefined ? {} : { floor }) };
}

function sizeOf(name: string): Size {
  if (name.endsWith("on a larger canvas")) return { width: 500, height: 400 };
  const isTurned = /orientation [5-8]$/.test(name);
  return isTurned ? { width: SIZE.height, height: SIZE.width } : SIZE;
}

/** Pixels of red, green, blue and alpha. */
export function rawOf(input: Uint8Array, { width, height }: Size): Source {
  return { input, raw: { width, height, channels: 4 } };
}

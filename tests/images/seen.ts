/**
 * What the engine sees of a source, and what becomes of files.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import { breaks, MOST_NS } from "../../supabase/functions/image-proxy/cost.ts";
import {
  type Failure,
  sourceOf,
} from "../../supabase/functions/image-proxy/decoders.ts";
import type { Size } from "../../supabase/functions/image-proxy/engine/geometry.ts";
import { readHeader } from "../../supabase/functions/image-proxy/header/read.ts";
import type { Source } from "../../supabase/functions/image-proxy/engine/source.ts";
import { transform } from "../../supabase/functions/image-proxy/engine/transform.ts";

export interface Seen {
  /** Upright. */
  readonly size: Size;
  readonly hasAlpha: boolean;
  /** Red, green, blue and alpha, by rows from the top. */
  readonly pixels: Uint8Array;
}

/** All pixels of it. */
export async function seenOf(source: Source | Failure): Promise<Seen> {
  ok(typeof source !== "string", `${source}`);
  const result = await transform(source, { format: "pixels" });
  ok(result.ok, JSON.stringify(result));
  const { size, hasAlpha, bytes } = result.picture;
  return { size, hasAlpha, pixels: Uint8Array.from(bytes) };
}

/** A file whose pixels are known. */
export interface Known extends Seen {
  readonly name: string;
  readonly file: Uint8Array;
}

/** What becomes of it: `picture`, or why there is none. */
export async function endOf(source: Source | Failure): Promise<string> {
  if (typeof source === "string") return source;
  const result = await transform(source, { width: 64, format: "pixels" });
  return result.ok ? "picture" : result.failure;
}

/** The same of a file, by its header and then by its decoder. */
export async function endOfFile(file: Uint8Array): Promise<string> {
  const header = readHeader(file);
  if (typeof header === "string") return header;
  const broken = breaks(header);
  if (broken !== undefined) return broken.what;
  if ((header.decodeNs ?? 0) > MOST_NS) return "too costly";
  const size = { width: 13, height: 7 };
  return await endOf(await sourceOf(file, header, { size, ns: MOST_NS }));
}

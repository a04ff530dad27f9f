/**
 * What `image-proxy` sends over HTTP for one file, beside what sharp makes of it.
 *
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { bmpSource } from "../../supabase/functions/image-proxy/bmp/source.ts";
import { readHeader } from "../../supabase/functions/image-proxy/header/read.ts";
import { type Calls, sharp, type Task } from "../engine/oracle.ts";
import type { Expected } from "./expected.ts";
import { startGallery } from "./gallery.ts";
import { PIXELS, rawOf, type Source } from "./kinds.ts";
import type { Result } from "./matrix.ts";
import { seenOf } from "./seen.ts";

/** A request, and what is to come of it. */
export interface Asked extends Expected {
  readonly query: string;
  readonly result: Result;
}

/** The same, and what came of it: pixels. */
export interface Made extends Asked {
  readonly theirs: Uint8Array;
  readonly ours: Uint8Array;
}

/**
 * What came of each of `asked` of `file`, in the format and of the size that was
 * to come of it, and what sharp makes of `source`, which shows the same.
 */
export async function made(
  file: Uint8Array,
  source: Source,
  asked: readonly Asked[],
): Promise<Made[]> {
  const ours = await answersTo(file, asked);
  // What differs by its format alone is one picture to sharp.
  const tasks = new Map(asked.map((it) => {
    const calls = callsFor(it);
    return [JSON.stringify(calls), { ...source, calls }];
  }));
  const pixels = await sharp([
    ...tasks.values(),
    ...await Promise.all(ours.map(taskFor)),
  ]);
  const keys = [...tasks.keys()];
  return asked.map((it, i) => {
    const at = keys.indexOf(JSON.stringify(callsFor(it)));
    const [theirs, ours] = [pixels[at], pixels[keys.length + i]];
    if (!theirs || !ours) throw new Error(`Nothing came of ${it.query}`);
    return { ...it, theirs, ours };
  });
}

/** sharp reads no BMP: it is given the pixels. */
async function taskFor(file: Uint8Array): Promise<Task> {
  const header = readHeader(file);
  const isBmp = typeof header === "object" && header.format === "bmp";
  if (!isBmp) return { input: file, calls: PIXELS };
  const { size, pixels } = await seenOf(await bmpSource(file));
  return { ...rawOf(pixels, size), calls: PIXELS };
}

/** By links, which may be of any size. */
async function answersTo(
  file: Uint8Array,
  asked: readonly Asked[],
): Promise<Uint8Array[]> {
  await using gallery = startGallery();
  await using server = gallery.open();
  gallery.hang("a", file);
  const files: Uint8Array[] = [];
  for (const { query, result: { format }, size } of asked) {
    const path = await gallery.link("a", query);
    const response = await fetch(`${server.url}/image-proxy${path}`);
    const bytes = await response.bytes();
    strictEqual(response.status, 200, query);
    strictEqual(response.headers.get("content-type"), `image/${format}`, query);
    const header = readHeader(bytes);
    if (typeof header === "string") throw new Error(`${query}: ${header}`);
    deepStrictEqual([header.format, header.size], [format, size], query);
    files.push(bytes);
  }
  return files;
}

function callsFor({ part, size }: Expected): Calls {
  const box = { ...size, fit: "fill", fastShrinkOnLoad: false };
  return [["rotate"], ["extract", part], ["resize", box], ...PIXELS];
}

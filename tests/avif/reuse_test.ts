/**
 * One instance for everything, for ever.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  decode,
  type Decoded,
} from "../../supabase/functions/image-proxy/avif/decoder.ts";
import { encode } from "../../supabase/functions/image-proxy/avif/encoder.ts";
import { ispe, still, streamOf } from "./boxes.ts";
import { KINDS, makeAvifs } from "./pictures.ts";

const MiB = 2 ** 20;

const files = await makeAvifs();

/** Those that leave nothing but small garbage outside of the modules. */
const small = files.filter((_, at) => (KINDS[at]?.size.width ?? 0) <= 128);

async function decodedAll(): Promise<Decoded[]> {
  const all: Decoded[] = [];
  for (const file of small) {
    const picture = await decode(file);
    ok(typeof picture !== "string");
    all.push(picture);
  }
  return all;
}

async function encodedAll(pictures: readonly Decoded[]): Promise<unknown[]> {
  const all: unknown[] = [];
  for (const picture of pictures) {
    all.push(await encode(picture, { quality: 60 }));
  }
  return all;
}

/** First one codec, then the other: each gives its memory up for the other. */
async function round(): Promise<unknown[]> {
  const pictures = await decodedAll();
  return [...pictures, ...await encodedAll(pictures)];
}

/** By how many bytes the process is larger after many rounds of `work`. */
async function growthOf(work: () => Promise<unknown>): Promise<number> {
  for (let i = 0; i < 10; i++) await work();
  const rss = Deno.memoryUsage().rss;
  for (let i = 0; i < 40; i++) await work();
  return Deno.memoryUsage().rss - rss;
}

Deno.test("AVIF: memory does not grow with what has been done", async () => {
  const first = await round();

  const decoding = await growthOf(decodedAll);
  const pictures = await decodedAll();
  const encoding = await growthOf(() => encodedAll(pictures));

  ok(decoding < 16 * MiB, `${decoding}`);
  ok(encoding < 16 * MiB, `${encoding}`);
  deepStrictEqual(await round(), first);
});

Deno.test("AVIF: a file is let go of with its picture", async () => {
  const at = KINDS.findIndex(({ name }) => name === "4:4:4, of 128 × 96");
  const { stream, av1C } = streamOf(files[at] ?? new Uint8Array());
  // An OBU of padding, of 1 MiB.
  const padding = Buffer.alloc(MiB);
  padding.set([15 << 3 | 2, 0xfc, 0xff, 0x3f]);
  padding[MiB - 1] = 0x80;
  const file = still(Buffer.concat([padding, stream]), ispe(128, 96), av1C);

  // They would not all fit.
  for (let i = 0; i < 60; i++) strictEqual(typeof await decode(file), "object");
});

Deno.test("AVIF: what has failed leaves nothing to the next", async () => {
  const before = await round();

  for (const file of small) {
    await decode(file.subarray(0, file.length - 9));
    const broken = file.slice();
    broken.fill(0xa5, Math.floor(broken.length * 0.9));
    await decode(broken);
  }

  deepStrictEqual(await round(), before);
});

Deno.test("AVIF: pictures that are asked for at once do not meet", async () => {
  const one: unknown[] = [];
  for (const file of files) one.push(await decode(file));

  const all = await Promise.all(files.map((file) => decode(file)));

  deepStrictEqual(all, one);
});

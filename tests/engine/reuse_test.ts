/**
 * One instance for everything, for ever.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  type Format,
  Instance,
} from "../../supabase/functions/image-proxy/engine/instance.ts";
import {
  LIMITS,
  type Result,
  transform,
} from "../../supabase/functions/image-proxy/engine/transform.ts";
import { unpack } from "../../supabase/functions/image-proxy/engine/unpack.ts";
import { makePictures } from "./pictures.ts";

const MiB = 2 ** 20;
const FORMATS: readonly Format[] = ["webp", "jpeg", "png"];
const PART = { left: 0, top: 0, width: 300, height: 300 };

const module = await WebAssembly.compile(await unpack());
const sources = await makePictures();

function bytesOf(result: Result): Uint8Array {
  ok(result.ok);
  return result.picture.bytes;
}

/** Every picture into every format, cut short every other time. */
function round(instance: Instance, isCut: boolean): void {
  for (const [at, source] of sources.entries()) {
    const file = isCut ? source.subarray(0, source.length / 2) : source;
    const header = instance.open(file, LIMITS);
    if (typeof header === "string") continue;
    const format = FORMATS[at % 3] ?? "webp";
    const size = { width: 90 + at, height: 70 };
    const plan = { part: PART, size };
    instance.make(plan, { format, quality: 80, background: 0, frames: 1 });
  }
}

Deno.test("an instance does not grow with what it has done, or failed to do", () => {
  const instance = new Instance(module);
  round(instance, false);
  const grown = instance.bytes;

  for (let i = 0; i < 50; i++) round(instance, i % 2 === 0);

  strictEqual(instance.bytes, grown);
  ok(grown < 16 * MiB, `${grown}`);
});

Deno.test("the same picture is the same bytes, whatever was before it", async () => {
  const [first = new Uint8Array(), ...others] = sources;
  const options = { width: 100, format: "webp" } as const;
  const before = bytesOf(await transform(first, options));

  for (const other of others) {
    await transform(other, { width: 70, format: "png" });
    await transform(other.subarray(0, 600), options);
  }

  deepStrictEqual(bytesOf(await transform(first, options)), before);
});

Deno.test("pictures that are asked for at once do not meet", async () => {
  const options = { width: 100, format: "webp" } as const;
  const one = [];
  for (const it of sources) one.push(bytesOf(await transform(it, options)));

  const all = await Promise.all(sources.map((it) => transform(it, options)));

  deepStrictEqual(all.map(bytesOf), one);
});

import { ok, strictEqual } from "node:assert/strict";
import { MiB } from "../supabase/functions/_shared/units.ts";
import { DECODER } from "../supabase/functions/image-proxy/avif/decoder_wasm.ts";
import { ENCODER } from "../supabase/functions/image-proxy/avif/encoder_wasm.ts";
import { unpack } from "../supabase/functions/image-proxy/embind/unpack.ts";
import { Instance } from "../supabase/functions/image-proxy/engine/instance.ts";
import { unpack as unpackEngine } from "../supabase/functions/image-proxy/engine/unpack.ts";
import { metered } from "./fuel.ts";

const PHOTO = new URL("../tests/files/photo.png", import.meta.url);
const LIMITS = { pixels: 2 ** 30, keptBytes: 48 * MiB, cost: 2e9 };
const maxPages = 1024;

for (const [name, codec] of Object.entries({ DECODER, ENCODER })) {
  Deno.test(`metered() makes a module of AVIF's ${name}`, () => {
    const wasm = unpack(codec);

    const made = metered(wasm, { maxPages });

    ok(WebAssembly.validate(made));
    ok(made.length < 1.15 * wasm.length, `${made.length} of ${wasm.length}`);
  });
}

/** A WebP of 48 pixels of a photograph, or why not. */
function webpBy(wasm: BufferSource): Uint8Array | string {
  const instance = new Instance(new WebAssembly.Module(wasm));
  const header = instance.open(Deno.readFileSync(PHOTO), LIMITS);
  if (typeof header === "string") return header;
  const part = { left: 0, top: 0, ...header.size };
  const made = instance.make({ part, size: { width: 48, height: 48 } }, {
    format: "webp",
    quality: 80,
    background: 0,
    frames: 1,
  });
  return typeof made === "string" ? made : made.bytes;
}

Deno.test("a metered engine makes the same picture, byte for byte", async () => {
  const wasm = new Uint8Array(await unpackEngine());
  const made = metered(wasm, { maxPages, initialFuel: 2 ** 40 });

  const pictures = [webpBy(wasm), webpBy(made)];

  ok(pictures[0] instanceof Uint8Array && pictures[0].length > 500);
  strictEqual(`${pictures[1]}`, `${pictures[0]}`);
});

Deno.test("a metered engine without enough ends in the middle", async () => {
  const wasm = new Uint8Array(await unpackEngine());

  const made = metered(wasm, { maxPages, initialFuel: 1_000_000 });

  strictEqual(webpBy(made), "trap");
});

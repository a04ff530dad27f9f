/**
 * GIF, by the oracles: imagescript's own host of the same module, and sharp.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import gif from "imagescript/wasm/node/gif.js";
import { readGif } from "../../supabase/functions/image-proxy/gif/blocks.ts";
import { decoders } from "../../supabase/functions/image-proxy/gif/decoder.ts";
import { gifHeader } from "../../supabase/functions/image-proxy/gif/header.ts";
import { gifSource } from "../../supabase/functions/image-proxy/gif/source.ts";
import { transform } from "../../supabase/functions/image-proxy/engine/transform.ts";
import { sharp } from "../engine/oracle.ts";
import { filmed, odd, unended } from "./gallery.ts";

const KINDS = [
  ...odd(),
  { name: "12 frames by sharp", file: await filmed(12, [["gif"]]) },
];

const peer = await gif.init();

for (const { name, file } of KINDS) {
  Deno.test(`GIF, ${name}: frames are those that imagescript gives`, async () => {
    const known = readGif(file, 100);
    ok(typeof known !== "string");

    const given = peer.load(Uint8Array.from(file));

    strictEqual(known.frames.length, given.length);
    for (const [i, frame] of known.frames.entries()) {
      const { x, y, width, height, buffer } = given[i];
      deepStrictEqual(frame.part, { left: x, top: y, width, height });
      const rows = await decoders.use((it) => it.decode(file, frame).slice());
      deepStrictEqual(rows, buffer);
    }
  });
}

/** What the engine is given, as pixels. */
async function shown(file: Uint8Array): Promise<Uint8Array> {
  const source = await gifSource(file);
  ok(typeof source !== "string");
  const result = await transform(source, { format: "pixels" });
  ok(result.ok);
  return result.picture.bytes;
}

const seen = await sharp(
  KINDS.map(({ file }) => ({ input: file, calls: [["ensureAlpha"], ["raw"]] })),
);

for (const [i, { name, file }] of KINDS.entries()) {
  Deno.test(`GIF, ${name}: the first picture is sharp's`, async () => {
    const header = gifHeader(file);
    ok(typeof header !== "string");

    const pixels = await shown(file);

    deepStrictEqual(visible(pixels), visible(seen[i] ?? new Uint8Array()));
    strictEqual(header.hasAlpha, pixels.some((it, at) => at % 4 === 3 && !it));
  });
}

/** What is not seen has no colour. */
function visible(pixels: Uint8Array): Uint8Array {
  const copy = pixels.slice();
  for (let at = 0; at < copy.length; at += 4) {
    if (copy[at + 3] === 0) copy.fill(0, at, at + 4);
  }
  return copy;
}

Deno.test("GIF: a trailer is not missed, nor one end of blocks too many", async () => {
  const file = unended();
  const whole = Uint8Array.of(...file, 0x3b);
  const loose = Uint8Array.of(...file, 0, 0x3b, ...file);

  deepStrictEqual(await shown(file), await shown(whole));
  deepStrictEqual(gifHeader(file), gifHeader(whole));
  deepStrictEqual(gifHeader(loose), gifHeader(whole));
});

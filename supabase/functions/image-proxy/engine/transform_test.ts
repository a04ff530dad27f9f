import { createHash } from "node:crypto";
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { type Options, transform } from "./transform.ts";
import { unpack } from "./unpack.ts";
import { ENGINE } from "./wasm.ts";

const NOTHING = new Uint8Array();

const WRONG: Partial<Options>[] = [
  { width: 0 },
  { width: 1.5 },
  { height: -1 },
  { height: NaN },
  { quality: 0 },
  { quality: 101 },
  { gravity: { x: 0, y: 1.1 } },
];

for (const wrong of WRONG) {
  Deno.test(`transform() refuses ${JSON.stringify(wrong)}`, async () => {
    await rejects(
      transform(NOTHING, { format: "webp", ...wrong }),
      RangeError,
    );
  });
}

Deno.test("transform() says why there is no picture", async () => {
  const cut = Uint8Array.from([0xff, 0xd8]);
  const html = new TextEncoder().encode("<!doctype html><p>GIF89a");

  deepStrictEqual(await transform(cut, { format: "png" }), {
    ok: false,
    failure: "truncated",
  });
  deepStrictEqual(await transform(html, { format: "png" }), {
    ok: false,
    failure: "format",
  });
});

Deno.test("the engine is the one whose digest is beside it", async () => {
  const hash = createHash("sha256").update(new Uint8Array(await unpack()));

  strictEqual(hash.digest("hex"), ENGINE.sha256);
});

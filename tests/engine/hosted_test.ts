/**
 * The engine under the Deno that the hosted runtime is made of, without a right.
 *
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { transform } from "../../supabase/functions/image-proxy/engine/transform.ts";
import { HOSTED, saidBy } from "../deployed/hosted_deno.ts";
import { KINDS, makePictures } from "./pictures.ts";

const PROGRAM = new URL("../programs/engine.ts", import.meta.url);

const sources = await makePictures();

for (const name of ["JPEG, 4:2:0", "PNG, palette with alpha", "WebP"]) {
  Deno.test(`${name}: the hosted runtime makes the same picture`, async () => {
    const index = KINDS.findIndex((kind) => kind.name === name);
    const source = Uint8Array.from(sources[index] ?? []);

    const said = await saidBy(PROGRAM, source);

    const options = { width: 90, height: 60, format: "webp" } as const;
    const here = await transform(source, options);
    ok(here.ok);
    const bytes = Array.from(here.picture.bytes);
    deepStrictEqual(said, {
      deno: HOSTED,
      granted: 0,
      results: [bytes, "truncated", bytes],
    });
  });
}

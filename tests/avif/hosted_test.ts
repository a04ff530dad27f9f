/**
 * AVIF under the Deno that the hosted runtime is made of, without a right.
 *
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { decode } from "../../supabase/functions/image-proxy/avif/decoder.ts";
import { encode } from "../../supabase/functions/image-proxy/avif/encoder.ts";
import { HOSTED, saidBy } from "../deployed/hosted_deno.ts";
import { KINDS, makeAvifs } from "./pictures.ts";

const PROGRAM = new URL("../programs/avif.ts", import.meta.url);

const sources = await makeAvifs();

for (const name of ["4:2:0", "4:4:4 with alpha, 10 bits"]) {
  Deno.test(`${name}: the hosted runtime makes the same of AVIF`, async () => {
    const index = KINDS.findIndex((kind) => kind.name === name);
    const source = Uint8Array.from(sources[index] ?? []);

    const said = await saidBy(PROGRAM, source);

    const picture = await decode(source);
    ok(typeof picture !== "string");
    const file = await encode(picture, { quality: 60 });
    ok(typeof file !== "string");
    deepStrictEqual(said, {
      deno: HOSTED,
      granted: 0,
      pixels: Array.from(picture.pixels),
      cut: "truncated",
      again: picture.pixels.length,
      file: Array.from(file),
    });
  });
}

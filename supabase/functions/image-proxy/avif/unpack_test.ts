import { createHash } from "node:crypto";
import { strictEqual } from "node:assert/strict";
import { DECODER } from "./decoder_wasm.ts";
import { ENCODER } from "./encoder_wasm.ts";
import { unpack } from "../embind/unpack.ts";

for (const [name, codec] of Object.entries({ DECODER, ENCODER })) {
  Deno.test(`${name} is the one whose digest is beside it`, () => {
    const hash = createHash("sha256").update(unpack(codec));

    strictEqual(hash.digest("hex"), codec.sha256);
  });
}

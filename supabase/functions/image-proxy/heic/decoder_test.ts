import { createHash } from "node:crypto";
import { strictEqual } from "node:assert/strict";
import { unpack } from "../embind/unpack.ts";
import { DECODER } from "./decoder_wasm.ts";

Deno.test("DECODER is the one whose digest is beside it", () => {
  const hash = createHash("sha256").update(unpack(DECODER));

  strictEqual(hash.digest("hex"), DECODER.sha256);
});

import { strictEqual } from "node:assert/strict";
import { ENGINE_SHA256 } from "./version.ts";
import { ENGINE } from "./wasm.ts";

Deno.test("ENGINE_SHA256 is that of the module beside it", () => {
  strictEqual(ENGINE_SHA256, ENGINE.sha256);
});

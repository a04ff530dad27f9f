/**
 * TIFF of every kind, against pixels that are known.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { tiffHeader } from "../../supabase/functions/image-proxy/tiff/header.ts";
import { tiffSource } from "../../supabase/functions/image-proxy/tiff/source.ts";
import { seenOf } from "../images/seen.ts";
import { KINDS } from "./kinds.ts";

for (const { name, file, pixels, size, hasAlpha } of KINDS) {
  Deno.test(`TIFF, ${name}, is read as it is`, async () => {
    const header = tiffHeader(file);
    ok(typeof header === "object", `${header}`);
    strictEqual(header.format, "tiff");
    deepStrictEqual(header.size, size);
    strictEqual(header.hasAlpha, hasAlpha);

    const seen = await seenOf(await tiffSource(file));

    deepStrictEqual(seen.size, size);
    strictEqual(seen.hasAlpha, hasAlpha);
    deepStrictEqual(seen.pixels, pixels);
  });
}

/**
 * SVG under the Deno that the hosted runtime is made of, without a right.
 *
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Pixels } from "../../supabase/functions/image-proxy/engine/source.ts";
import { svgHeader } from "../../supabase/functions/image-proxy/svg/header.ts";
import { svgSource } from "../../supabase/functions/image-proxy/svg/source.ts";
import { HOSTED, saidBy } from "../deployed/hosted_deno.ts";
import { bytesOf, DRAWINGS, SIZE, svg } from "./drawings.ts";

const PROGRAM = new URL("../programs/svg.ts", import.meta.url);

for (
  const name of ["radial gradients", "a shadow", "a picture in it", "text"]
) {
  Deno.test(`SVG, ${name}: the hosted runtime draws the same`, async () => {
    const drawing = DRAWINGS.find((it) => it.name === name);
    const source = bytesOf(svg(drawing?.inside ?? ""));

    const said = await saidBy(PROGRAM, source);

    const header = svgHeader(source);
    ok(typeof header !== "string");
    const made = await svgSource(source, header, { size: SIZE, ns: 1.2e9 });
    const pixels = createHash("sha256")
      .update((made as Pixels).pixels as Uint8Array).digest("hex");
    deepStrictEqual(said, {
      deno: HOSTED,
      granted: 0,
      pixels,
      circle: "unreadable",
      cut: "truncated",
      again: pixels,
    });
  });
}

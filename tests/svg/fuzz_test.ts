import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createHash } from "node:crypto";
import { svgHeader } from "../../supabase/functions/image-proxy/svg/header.ts";
import { svgSource } from "../../supabase/functions/image-proxy/svg/source.ts";
import { bytesOf, DRAWINGS, SIZE, svg } from "./drawings.ts";
import { fuzz } from "./fuzz.ts";

/** All drawings, one after the other. */
async function drawn(): Promise<string> {
  const hash = createHash("sha256");
  for (const { inside } of DRAWINGS) {
    const file = bytesOf(svg(inside));
    const header = svgHeader(file);
    ok(typeof header !== "string");
    const made = await svgSource(file, header, { size: SIZE, ns: 1.5e9 });
    ok(typeof made !== "string" && "pixels" in made);
    hash.update(made.pixels as Uint8Array);
  }
  return hash.digest("hex");
}

// `tests/svg/fuzz.ts` breaks as many as one likes.
Deno.test("I10 SVG: no mutation is a surprise, or changes the next", async () => {
  const before = await drawn();

  const ends = await fuzz(600, 20_261_123);

  const known = ["corrupt", "picture", "too costly", "truncated", "unknown"];
  known.push("unreadable", "unsupported");
  deepStrictEqual([...ends.keys()].filter((it) => !known.includes(it)), []);
  // Some are as good as before, and some are not: of both there are many.
  ok((ends.get("picture") ?? 0) > 100, JSON.stringify([...ends]));
  ok((ends.get("unsupported") ?? 0) > 100, JSON.stringify([...ends]));
  strictEqual(await drawn(), before);
});

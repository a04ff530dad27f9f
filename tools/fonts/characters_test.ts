import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { COVERED } from "../../supabase/functions/image-proxy/svg/covered.ts";
import { TYPEFACES } from "../../supabase/functions/image-proxy/svg/typefaces.ts";
import { charactersOf, runsOf } from "./characters.ts";

const [regular = [], bold = [], serif = []] = TYPEFACES.map(charactersOf);

Deno.test("charactersOf() says what is in a font, in order and once", () => {
  deepStrictEqual(serif.slice(0, 3), [0x20, 0x21, 0x22]);
  deepStrictEqual([...new Set(serif)].sort((a, b) => a - b), serif);
  strictEqual(serif.includes(0x410), false);
  strictEqual(regular.includes(0x410), true);
});

Deno.test("COVERED is what both fonts of the first family have", () => {
  const runs = COVERED.trim().split(/\s+/).map((run) => {
    const [first = 0, last = first] = run.split("-").map((it) =>
      parseInt(it, 16)
    );
    return [first, last];
  });

  deepStrictEqual(runs, runsOf(regular.filter((it) => bold.includes(it))));
});

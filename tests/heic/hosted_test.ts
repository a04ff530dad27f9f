/**
 * HEIC under the Deno that the hosted runtime is made of, without a right.
 *
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { HOSTED, saidBy } from "../deployed/hosted_deno.ts";
import { decoded, fileNamed } from "./pictures.ts";

const PROGRAM = new URL("../programs/heic.ts", import.meta.url);

for (const name of ["420.heic", "alpha.heic", "444_12.heic"]) {
  Deno.test(`${name}: the hosted runtime makes the same of it`, async () => {
    const file = Uint8Array.from(await fileNamed(name));

    const said = await saidBy(PROGRAM, file);

    const pixels = Array.from((await decoded(file)).pixels);
    deepStrictEqual(said, {
      deno: HOSTED,
      granted: 0,
      pixels,
      again: pixels,
      cut: "truncated",
    });
  });
}

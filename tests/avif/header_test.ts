/**
 * What headers say, beside what sharp says of the same files.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  type Header,
  readHeader,
} from "../../supabase/functions/image-proxy/avif/header.ts";
import { metadata } from "./metadata.ts";
import { KINDS, makeAvifs } from "./pictures.ts";

const files = await makeAvifs();
const theirs = await metadata(files);

/** What does not depend on how much of a file is there. */
function saidBy(
  { size, orientation, hasAlpha, depth, bytes }: Header,
): unknown {
  return { size, orientation, hasAlpha, depth, bytes };
}

for (const [at, { name }] of KINDS.entries()) {
  const file = files[at] ?? new Uint8Array();

  Deno.test(`${name}: readHeader() says what sharp says`, () => {
    const header = readHeader(file);

    ok(typeof header !== "string");
    deepStrictEqual(
      {
        ...header.size,
        hasAlpha: header.hasAlpha,
        bitsPerSample: header.depth,
        hasProfile: header.profile !== undefined,
      },
      theirs[at],
    );
  });

  Deno.test(`${name}: readHeader() needs but the first bytes`, () => {
    const whole = readHeader(file);
    ok(typeof whole !== "string");
    const first = whole.picture.tiles[0]?.place[0]?.at ?? 0;

    for (let length = 0; length < file.length; length += 7) {
      const some = readHeader(file.subarray(0, length), file.length);
      if (typeof some !== "string") {
        deepStrictEqual(saidBy(some), saidBy(whole));
        continue;
      }
      ok(length < first, `${length}: ${some}`);
      ok(/truncated|unknown/.test(some), some);
    }
  });
}

Deno.test("readHeader() knows what a file is not", () => {
  const heic = files[0]?.slice() ?? new Uint8Array();
  new TextEncoder().encode("heicheicheicheicheic").forEach((byte, at) => {
    if (at < 4 || at >= 8) heic[8 + at] = byte;
  });

  strictEqual(readHeader(heic), "unknown");
  strictEqual(readHeader(new Uint8Array(99)), "unknown");
});

/**
 * Animations under the Deno that the hosted runtime is made of, without a right.
 *
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { HOSTED, saidBy } from "../deployed/hosted_deno.ts";
import { filmed, scene } from "../gif/gallery.ts";
import { pngOf } from "./film.ts";
import { remade } from "./remade.ts";

const PROGRAM = new URL("../programs/animation.ts", import.meta.url);

const SIZE = { width: 96, height: 64 };
const SOURCES = {
  GIF: await filmed(3, [["gif"]]),
  WebP: await filmed(3, [["webp"]]),
  PNG: pngOf([0, 1, 2].map((turn) => scene(turn)), SIZE, [50, 60, 70]),
};

for (const [name, source] of Object.entries(SOURCES)) {
  Deno.test(`the hosted runtime makes the same of an animated ${name}`, async () => {
    const said = await saidBy(PROGRAM, Uint8Array.from(source));

    deepStrictEqual(said, { deno: HOSTED, files: await remade(source) });
  });
}

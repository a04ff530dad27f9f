/**
 * How a drawing meets the pixels that are needed, against sharp.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Size } from "../../supabase/functions/image-proxy/engine/geometry.ts";
import type { Pixels } from "../../supabase/functions/image-proxy/engine/source.ts";
import { svgHeader } from "../../supabase/functions/image-proxy/svg/header.ts";
import { svgSource } from "../../supabase/functions/image-proxy/svg/source.ts";
import { likeness } from "../engine/likeness.ts";
import { sharp } from "../engine/oracle.ts";
import { bytesOf } from "./drawings.ts";

const INSIDE = '<rect x="-99" y="-99" width="300" height="300" fill="#084"/>' +
  '<circle cx="50" cy="25" r="25" fill="#fa0"/>' +
  '<rect width="50%" height="50%" fill="#30c" opacity=".5"/>';

function document(root: string, inside = INSIDE, prefix = ""): string {
  const name = `${prefix}svg`;
  const space = prefix === "" ? "xmlns" : `xmlns:${prefix.slice(0, -1)}`;
  const own = prefix === "" ? inside : inside.replaceAll("<", `<${prefix}`);
  return `<?xml version="1.0"?><!-- a --><!DOCTYPE svg><${name} ` +
    `${space}="http://www.w3.org/2000/svg" ${root}>${own}</${name}><!-- b -->`;
}

async function drawn(text: string, size: Size): Promise<Pixels> {
  const file = bytesOf(text);
  const header = svgHeader(file);
  ok(typeof header !== "string", String(header));
  const made = await svgSource(file, header, { size, ns: 1.5e9 });
  ok(typeof made !== "string", String(made));
  return made as Pixels;
}

/** What is asked of us, and the same as sharp understands it. */
const FITS: [why: string, root: string, size: Size, same: string][] = [
  [
    "a picture of its own size",
    'width="100" height="50" viewBox="0 0 100 50"',
    { width: 100, height: 50 },
    'width="100" height="50" viewBox="0 0 100 50"',
  ],
  [
    "three times that",
    'width="100" height="50" viewBox="0 0 100 50"',
    { width: 300, height: 150 },
    'width="300" height="150" viewBox="0 0 100 50"',
  ],
  [
    "no viewBox",
    'width="100" height="50"',
    { width: 300, height: 150 },
    'width="300" height="150" viewBox="0 0 100 50"',
  ],
  [
    "no size",
    'viewBox="0 0 100 50"',
    { width: 300, height: 150 },
    'width="300" height="150" viewBox="0 0 100 50"',
  ],
  [
    "a box that begins elsewhere",
    'viewBox="-20 -10 100 50"',
    { width: 300, height: 150 },
    'width="300" height="150" viewBox="-20 -10 100 50"',
  ],
  [
    "a box that is wider",
    'width="80" height="80" viewBox="0 0 100 50"',
    { width: 240, height: 240 },
    'width="240" height="240" viewBox="0 0 100 50"',
  ],
  [
    "a box that is cut to",
    'width="80" height="80" viewBox="0 0 100 50" ' +
    'preserveAspectRatio="xMaxYMin slice"',
    { width: 240, height: 240 },
    'width="240" height="240" viewBox="0 0 100 50" ' +
    'preserveAspectRatio="xMaxYMin slice"',
  ],
  [
    "a box that is distorted",
    'width="80" height="80" viewBox="0 0 100 50" preserveAspectRatio="none"',
    { width: 240, height: 240 },
    'width="240" height="240" viewBox="0 0 100 50" preserveAspectRatio="none"',
  ],
  [
    "a side that is not whole",
    'width="33.3" height="50" viewBox="0 0 66.6 100"',
    { width: 330, height: 500 },
    'width="330" height="500" viewBox="0 0 66.6 100" ' +
    'preserveAspectRatio="none"',
  ],
  [
    "another shape, as asked for by fill",
    'viewBox="0 0 100 50"',
    { width: 200, height: 200 },
    'width="200" height="200" viewBox="0 0 100 50" preserveAspectRatio="none"',
  ],
];

for (const [why, root, size, same] of FITS) {
  for (const prefix of ["", "s:"]) {
    Deno.test(`svgSource() draws ${why}, with ${prefix || "no"} prefix, as sharp does`, async () => {
      const made = await drawn(document(root, INSIDE, prefix), size);

      const input = bytesOf(document(same));
      const [theirs] = await sharp([
        { input, calls: [["ensureAlpha"], ["raw"]] },
      ]);

      deepStrictEqual(made.size, size);
      ok(theirs && made.pixels instanceof Uint8Array);
      for (const channel of [0, 1, 2, 3] as const) {
        const like = likeness(made.pixels, theirs, size, channel);
        ok(like > 0.98, `${channel}: ${like}`);
      }
    });
  }
}

const ROOTS: [why: string, root: string][] = [
  ["fractions", 'width="100.5" height="50.2"'],
  ["a line", 'viewBox="0 0 1000 1"'],
  ["a unit", 'width="1em" height="1em" viewBox="0 0 24 24"'],
  ["its own names", 'width="9" height="9" s:width="5" xmlns:s="urn:s"'],
  [
    "the namespace of XLink",
    'x:viewBox="0 0 1 1" xmlns:x="http://www.w3.org/1999/xlink" width="9" height="9"',
  ],
];

for (const [why, root] of ROOTS) {
  Deno.test(`svgSource() fills all pixels of a drawing with ${why}`, async () => {
    for (const size of [{ width: 37, height: 53 }, { width: 1, height: 1 }]) {
      const all = '<rect width="100%" height="100%" fill="#123456"/>';

      const { pixels, hasAlpha } = await drawn(document(root, all), size);

      ok(pixels instanceof Uint8Array);
      strictEqual(hasAlpha, false);
      const colours = new Set(new Uint32Array(pixels.buffer));
      deepStrictEqual([...colours], [0xff563412]);
    }
  });
}

Deno.test("svgSource() says what can be seen through, and its colour", async () => {
  const half = '<rect width="100%" height="100%" fill="#ff8000" opacity=".5"/>';

  const { pixels, hasAlpha } = await drawn(
    document('width="1" height="1"', half),
    { width: 1, height: 1 },
  );

  strictEqual(hasAlpha, true);
  // 64.25 of 128, and so on: within one of what was asked for.
  const [red = 0, green = 0, blue = 0, alpha = 0] = pixels as Uint8Array;
  ok(Math.abs(red - 255) < 2 && Math.abs(green - 128) < 2);
  ok(blue === 0 && Math.abs(alpha - 128) < 2);
});

Deno.test("svgSource() keeps what else the root says", async () => {
  const root = 'fill="#00ff00" style="stroke:none" viewBox="0 0 1 1"';

  const { pixels } = await drawn(
    document(root, '<rect width="1" height="1"/>'),
    { width: 1, height: 1 },
  );

  deepStrictEqual([...pixels as Uint8Array], [0, 255, 0, 255]);
});

Deno.test("svgSource() draws nothing of a root that ends at once", async () => {
  const text = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>';

  const { pixels } = await drawn(text, { width: 1, height: 1 });

  deepStrictEqual([...pixels as Uint8Array], [0, 0, 0, 0]);
});

/**
 * Text: which is drawn, in which shapes, and where.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createHash } from "node:crypto";
import { unpack } from "../../supabase/functions/image-proxy/embind/unpack.ts";
import { COVERED } from "../../supabase/functions/image-proxy/svg/covered.ts";
import { FONTS } from "../../supabase/functions/image-proxy/svg/fonts_ttf.ts";
import { Renderer } from "../../supabase/functions/image-proxy/svg/renderer.ts";
import { RENDERER } from "../../supabase/functions/image-proxy/svg/renderer_wasm.ts";
import { TYPEFACES } from "../../supabase/functions/image-proxy/svg/typefaces.ts";
import { difference } from "../engine/likeness.ts";
import { bytesOf, svg } from "./drawings.ts";

const FUEL = 4e9;

const renderer = new Renderer(await WebAssembly.compile(unpack(RENDERER)));

/** The pixels of a drawing that nobody has looked at before. */
function drawn(inside: string, size = { width: 200, height: 160 }): Uint8Array {
  const sheet = { svg: bytesOf(svg(inside, size)), fonts: TYPEFACES };
  const made = renderer.render(sheet, FUEL);
  ok(typeof made !== "string", String(made));
  return made.premultiplied;
}

function isEmpty(pixels: Uint8Array): boolean {
  return pixels.every((it) => it === 0);
}

/** One character, as large as the picture. */
function shapeOf(character: string, weight: string): Uint8Array {
  const small = { width: 25, height: 20 };
  const style = `font-size="90" font-weight="${weight}"`;
  const text = `<text x="60" y="110" ${style}>&#${
    character.codePointAt(0)
  };</text>`;
  return drawn(text, small);
}

function charactersOf(runs: string): string[] {
  return runs.trim().split(/\s+/).flatMap((run) => {
    const [first = 0, last = first] = run.split("-").map((it) =>
      parseInt(it, 16)
    );
    return Array.from(
      { length: last - first + 1 },
      (_, i) => String.fromCodePoint(first + i),
    );
  });
}

/** Spaces, and what says how others are to be written. */
const UNSEEN = /^[\p{Z}\p{Default_Ignorable_Code_Point}]$/u;

for (const weight of ["normal", "bold"]) {
  Deno.test(`SVG, text, ${weight}: each character that is said to have a shape has one`, () => {
    const wrong = charactersOf(COVERED)
      .filter((it) => isEmpty(shapeOf(it, weight)) !== UNSEEN.test(it));

    deepStrictEqual(wrong, []);
  });
}

Deno.test("SVG, text: what no font has would not be there", () => {
  ok(isEmpty(shapeOf("\u4e02", "normal")));
});

Deno.test("SVG, text: bold is bolder", () => {
  const inkOf = (weight: string) =>
    shapeOf("M", weight).filter((it) => it > 128).length;

  ok(inkOf("bold") > 1.1 * inkOf("normal"));
  ok(inkOf("600") > 1.1 * inkOf("normal"));
  strictEqual(inkOf("300"), inkOf("normal"));
});

Deno.test("SVG, text: letters that have places of their own stand there", () => {
  const one = (x: number, letter: string) =>
    `<text x="${x}" y="60" font-size="30">${letter}</text>`;

  const together = drawn(one(10, "abc").replace('"10"', '"10 80 150"'));

  deepStrictEqual(together, drawn(one(10, "a") + one(80, "b") + one(150, "c")));
});

Deno.test("SVG, text: on a path that is straight, it is straight", () => {
  const path = '<path id="p" d="M10 80H190" fill="none"/>';
  const style = 'font-size="20" fill="#000"';

  const along = drawn(
    `${path}<text ${style}><textPath href="#p">along</textPath></text>`,
  );

  const off = difference(
    along,
    drawn(`<text x="10" y="80" ${style}>along</text>`),
    3,
  );
  // Each letter stands a little aside.
  ok(off < 0.5, `${off}`);
});

Deno.test("FONTS are those whose digest is beside them", () => {
  const all = unpack(FONTS);

  strictEqual(
    createHash("sha256").update(all).digest("hex"),
    FONTS.sha256,
  );
  const lengths = TYPEFACES.map(({ length }) => length);
  strictEqual(lengths.reduce((sum, it) => sum + it), all.length);
});

/**
 * One instance for everything, for ever.
 *
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import { createHash } from "node:crypto";
import { Renderer } from "../../supabase/functions/image-proxy/svg/renderer.ts";
import { RENDERER } from "../../supabase/functions/image-proxy/svg/renderer_wasm.ts";
import { svgHeader } from "../../supabase/functions/image-proxy/svg/header.ts";
import { svgSource } from "../../supabase/functions/image-proxy/svg/source.ts";
import { unpack } from "../../supabase/functions/image-proxy/embind/unpack.ts";
import { TYPEFACES } from "../../supabase/functions/image-proxy/svg/typefaces.ts";
import { bytesOf, DRAWINGS, SIZE, svg } from "./drawings.ts";

const module = await WebAssembly.compile(unpack(RENDERER));

const FUEL = 4e9;

function sheetOf(text: string) {
  return { svg: bytesOf(text), fonts: TYPEFACES };
}

/** All drawings by one instance. */
function drawnBy(renderer: Renderer): string {
  const hash = createHash("sha256");
  for (const { inside } of DRAWINGS) {
    const made = renderer.render(sheetOf(svg(inside)), FUEL);
    ok(typeof made !== "string", String(made));
    hash.update(made.premultiplied);
  }
  return hash.digest("hex");
}

Deno.test("SVG: memory does not grow with what has been drawn", () => {
  const renderer = new Renderer(module);
  const first = drawnBy(renderer);
  const { bytes } = renderer;

  for (let i = 0; i < 5; i++) strictEqual(drawnBy(renderer), first);

  strictEqual(renderer.bytes, bytes);
});

Deno.test("SVG: what the renderer refuses leaves nothing behind", () => {
  const renderer = new Renderer(module);
  const first = drawnBy(renderer);
  const { bytes } = renderer;
  const broken = sheetOf(svg("<g>").replace("</svg>", " ".repeat(500_000)));

  for (let i = 0; i < 200; i++) {
    strictEqual(renderer.render(broken, FUEL), "refused");
  }

  // They would be 100 MB.
  ok(renderer.bytes - bytes < 4e6, `${renderer.bytes - bytes}`);
  strictEqual(drawnBy(renderer), first);
});

Deno.test("SVG: what the module was given is let go of", () => {
  const renderer = new Renderer(module);
  const long = sheetOf(svg("").replace("</svg>", " ".repeat(1_000_000)));
  const { external } = Deno.memoryUsage();

  for (let i = 0; i < 400; i++) {
    renderer.render({ ...long, svg: long.svg.slice() }, FUEL);
  }

  // They are 400 MB.
  const more = Deno.memoryUsage().external - external;
  ok(more < 200e6, `${more}`);
});

Deno.test("SVG: the same drawing takes the same fuel", () => {
  const sheet = sheetOf(svg(DRAWINGS[0]?.inside ?? ""));
  const renderer = new Renderer(module);
  const taken = (fuel: number) => {
    const made = renderer.render(sheet, fuel);
    return { made, taken: fuel - renderer.fuel };
  };
  taken(FUEL);
  const once = taken(FUEL);

  const exact = taken(once.taken);
  const short = new Renderer(module).render(sheet, 1_000_000);

  strictEqual(typeof exact.made, "object");
  strictEqual(exact.taken, once.taken);
  strictEqual(short, "fuel");
});

Deno.test("SVG: drawings that are asked for at once do not meet", async () => {
  const one = async (inside: string) => {
    const file = bytesOf(svg(inside));
    const header = svgHeader(file);
    ok(typeof header !== "string");
    const made = await svgSource(file, header, { size: SIZE, ns: 1.5e9 });
    ok(typeof made !== "string" && "pixels" in made);
    return createHash("sha256").update(made.pixels as Uint8Array).digest("hex");
  };
  const first: string[] = [];
  for (const { inside } of DRAWINGS) first.push(await one(inside));

  const all = await Promise.all(DRAWINGS.map(({ inside }) => one(inside)));

  strictEqual(`${all}`, `${first}`);
});

Deno.test("RENDERER is the one whose digest is beside it", () => {
  const hash = createHash("sha256").update(unpack(RENDERER));

  strictEqual(hash.digest("hex"), RENDERER.sha256);
});

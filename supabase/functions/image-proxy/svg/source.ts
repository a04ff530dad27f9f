/**
 * SVG for the engine: its pixels, as many as are needed.
 *
 * @module
 */
import type { Failure, Need } from "../decoders.ts";
import type { Pixels } from "../engine/source.ts";
import type { Header } from "../header/header.ts";
import { failureOf } from "../header/refused.ts";
import { Keeper } from "../keeper.ts";
import { fuelFor, MOST_PIXELS } from "./costs.ts";
import { readDrawing } from "./header.ts";
import { type Rendered, Renderer, type Stop } from "./renderer.ts";
import { sized } from "./sized.ts";
import { straighten } from "./straight.ts";

const renderers = new Keeper<Renderer>({
  load: compile,
  make: (module) => new Renderer(module),
  isGood: (_, result) => typeof result === "object" || result === "refused",
  isSole: true,
});

/** Loaded with the first drawing, so that nothing waits for it before. */
async function compile(): Promise<WebAssembly.Module> {
  const [{ unpack }, { RENDERER }] = await Promise.all([
    import("../embind/unpack.ts"),
    import("./renderer_wasm.ts"),
  ]);
  return await WebAssembly.compile(unpack(RENDERER));
}

/** Draws `file` so that it is as large as it is needed, to the pixel. */
export async function svgSource(
  file: Uint8Array,
  _header: Header,
  { size, ns }: Need,
): Promise<Pixels | Failure> {
  if (size.width * size.height > MOST_PIXELS) return "too costly";
  const drawing = readDrawing(file);
  if (typeof drawing === "string") return failureOf(drawing);
  const fuel = fuelFor(ns, { drawing, bytes: file.length, size });
  if (fuel <= 0) return "too costly";
  const svg = new TextEncoder().encode(sized(drawing, size));
  const fonts = drawing.letters > 0 ? await typefaces() : [];
  const drawn = await renderers.use((it) => it.render({ svg, fonts }, fuel));
  if (typeof drawn === "string") return stopped(drawn);
  return pixelsOf(drawn);
}

async function typefaces(): Promise<readonly Uint8Array[]> {
  return (await import("./typefaces.ts")).TYPEFACES;
}

function pixelsOf({ size, premultiplied }: Rendered): Pixels {
  const hasAlpha = straighten(premultiplied);
  return { size, hasAlpha, pixels: premultiplied };
}

function stopped(stop: Stop): Failure {
  switch (stop) {
    case "fuel":
    case "memory":
      return "too costly";
    // It stops where it comes upon what it cannot do, as with a mistake of its.
    case "trap":
    case "refused":
      return "unreadable";
  }
}

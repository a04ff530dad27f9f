/**
 * HEIC for the engine: rows of pixels, and what their colours mean.
 *
 * Nothing is decoded before the engine asks for the first row, and then it asks
 * for all that it needs without a pause: so one instance is enough for all.
 *
 * @module
 */
import { colourProfile } from "../colour/colour_profile.ts";
import type { Failure, Need } from "../decoders.ts";
import type { Size } from "../engine/geometry.ts";
import type { ReadRow, Source } from "../engine/source.ts";
import { failureOf } from "../header/refused.ts";
import { Keeper } from "../keeper.ts";
import { type Header, readHeader } from "./header.ts";
import { ALPHA, COLOURS, Hevc } from "./hevc.ts";
import { Layer, type Origin } from "./layer.ts";
import { matrixOf } from "./matrix.ts";
import { MOST_KEPT, workOf } from "./costs.ts";

const instances = new Keeper<Hevc>({
  load: compile,
  make: (module) => new Hevc(module),
  isGood: (instance) => !instance.isBroken && instance.bytes <= MOST_KEPT,
  isSole: true,
});

/** Loaded with the first picture, so that nothing waits for it before. */
async function compile(): Promise<WebAssembly.Module> {
  const [{ unpack }, { DECODER }] = await Promise.all([
    import("../embind/unpack.ts"),
    import("./decoder_wasm.ts"),
  ]);
  return await WebAssembly.compile(unpack(DECODER));
}

/** An instance that is as good as new. */
async function lent(): Promise<Hevc> {
  const kept = await instances.use((it) => it);
  const isGood = !kept.isBroken && kept.bytes <= MOST_KEPT;
  return isGood ? kept : await instances.use((it) => it);
}

/** A picture that is made so much smaller, at least, needs no filters. */
const COARSE = 4;

/** Decodes `file`, of which so much is needed. */
export async function heicSource(
  file: Uint8Array,
  _: unknown,
  { size: needed }: Pick<Need, "size">,
): Promise<Source | Failure> {
  const header = readHeader(file);
  if (typeof header === "string") return failureOf(header);
  const whole = { bytes: file, fileBytes: file.length };
  const { size, part, hasAlpha, orientation } = header;
  const profile = header.profile ?? colourProfile(header.colour);
  // The longer side of either is that of the other, whichever way it is turned.
  const isCoarse = longer(size) >= COARSE * longer(needed);
  if (workOf(header, isCoarse) < 0) return "too costly";
  const hevc = await lent();
  return {
    size: part === undefined
      ? size
      : { width: part.width, height: part.height },
    hasAlpha,
    orientation,
    ...profile && { profile },
    pixels: rowsOf({ hevc, file: whole }, header, isCoarse),
  };
}

/** Rows of what is shown, which is decoded while they are asked for. */
function rowsOf(
  origin: Origin,
  header: Header,
  isCoarse: boolean,
): ReadRow {
  const { picture, alpha, depth, part, isPremultiplied } = header;
  const { left, top } = part ?? { left: 0, top: 0 };
  const colours = new Layer(origin, picture, COLOURS);
  const others = alpha && new Layer(origin, alpha, ALPHA);
  return (y, into) => {
    if (y === 0) {
      origin.hevc.begin({ workNs: workOf(header, isCoarse), isCoarse });
      origin.hevc.setMatrix(matrixOf(colourOf(header), depth));
    }
    const row = colours.row(top + y);
    into.set(row.subarray(4 * left, 4 * left + into.length));
    if (others === undefined) return;
    const opacity = others.row(top + y).subarray(left);
    for (let x = 0; 4 * x < into.length; x++) {
      into[4 * x + 3] = opacity[x] ?? 255;
    }
    if (isPremultiplied) divide(into);
  };
}

function longer({ width, height }: Size): number {
  return Math.max(width, height);
}

/** A grey picture has no chroma to make colours of, whatever is said of it. */
function colourOf({ colour, picture }: Header): Header["colour"] {
  const isGrey = picture.tiles[0]?.header?.chroma === 0;
  return isGrey ? { ...colour, matrix: 6 } : colour;
}

/** Colours as they are without the alpha that they have been multiplied by. */
function divide(row: Uint8Array): void {
  for (let at = 0; at < row.length; at += 4) {
    const alpha = row[at + 3] ?? 0;
    if (alpha === 0 || alpha === 255) continue;
    for (let i = at; i < at + 3; i++) {
      row[i] = Math.min(255, Math.round((row[i] ?? 0) * 255 / alpha));
    }
  }
}

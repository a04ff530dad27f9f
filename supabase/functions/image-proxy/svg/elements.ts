/**
 * Which elements are drawn, and why others are not. No I/O.
 *
 * @module
 */
import { type Refused, unsupported } from "../header/refused.ts";
import { type Name, SVG, XHTML } from "./names.ts";

/**
 * What the renderer draws, and what says nothing about a still picture.
 * Source: `usvg-parser/src/svgtree/names.rs` of resvg 0.34.
 */
const KNOWN: ReadonlySet<string> = new Set([
  // Structure
  ...["svg", "g", "defs", "symbol", "use", "switch", "a", "style"],
  // Shapes and what fills them
  ...["path", "rect", "circle", "ellipse", "line", "polyline", "polygon"],
  ...["image", "linearGradient", "radialGradient", "stop", "pattern"],
  ...["clipPath", "mask", "marker"],
  // Text
  ...["text", "tspan", "textPath"],
  // Filters
  ...["filter", "feBlend", "feColorMatrix", "feComponentTransfer"],
  ...["feComposite", "feConvolveMatrix", "feDiffuseLighting"],
  ...["feDisplacementMap", "feDistantLight", "feDropShadow", "feFlood"],
  ...["feFuncA", "feFuncB", "feFuncG", "feFuncR", "feGaussianBlur"],
  ...["feImage", "feMerge", "feMergeNode", "feMorphology", "feOffset"],
  ...["fePointLight", "feSpecularLighting", "feSpotLight", "feTile"],
  "feTurbulence",
  // About the drawing
  ...["title", "desc", "metadata", "view"],
  // What moves: of it is drawn what there is before it does
  ...["animate", "animateMotion", "animateTransform", "mpath", "set"],
]);

const SCRIPTS = "Scripts are not run";
const FONT = "It has a font of its own";

const REASONS: Readonly<Record<string, string>> = {
  script: SCRIPTS,
  handler: SCRIPTS,
  listener: SCRIPTS,
  foreignObject: "There is something in it that is no SVG (foreignObject)",
  font: FONT,
  "font-face": FONT,
};

/**
 * Whether an element is drawn. What is in a namespace of an editor is not, and
 * may be there.
 *
 * @throws {Refused} For what a browser would do something with, and we not.
 */
export function isDrawn({ space, local }: Name): boolean {
  if (local === "script") throw unsupported(SCRIPTS);
  if (space === XHTML) throw unsupported("There is HTML in it");
  if (space !== SVG) return false;
  if (!KNOWN.has(local)) throw notDrawn(local);
  return true;
}

function notDrawn(local: string): Refused {
  const reason = Object.hasOwn(REASONS, local) ? REASONS[local] : undefined;
  // A name is somebody else's, and may be long.
  const name = local.replace(/[^\w-]/g, "?").slice(0, 40);
  return unsupported(reason ?? `It has an element that is not drawn (${name})`);
}

/** Whether text in an element is to be seen. */
export function showsText({ space, local }: Name): boolean {
  return space === SVG && local === "text";
}

/** Whether text is in an element that is about the drawing, and in none. */
export function isAbout({ space, local }: Name): boolean {
  return space === SVG && ["title", "desc", "metadata"].includes(local);
}

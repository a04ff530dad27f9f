/**
 * A drawing as the renderer gets it: its inside as it is, but for its fonts, in a
 * root of our own that says exactly how many pixels there are to be. No I/O.
 *
 * @module
 */
import type { Size } from "../engine/geometry.ts";
import type { Drawing } from "./drawing.ts";
import { isDeclaration, type Name, SVG, XLINK } from "./names.ts";
import type { ViewBox } from "./size.ts";

/** What the root of our own says. */
const OWN: readonly string[] = [
  ...["width", "height", "viewBox", "preserveAspectRatio"],
];

/**
 * The document of `drawing`, in `size`. What stands around the root is left out.
 */
export function sized(drawing: Drawing, size: Size): string {
  const { text, root: { name, attributes, isEmpty } } = drawing;
  const kept = attributes.filter((it) => !isOwn(it)).map((it) => {
    const mark = text[it.at - 1] ?? "";
    return `${it.name}=${mark}${it.written}${mark}`;
  });
  const box = viewBoxOf(drawing);
  const own = [
    `width="${size.width}" height="${size.height}"`,
    `viewBox="${box.x} ${box.y} ${box.width} ${box.height}"`,
    `preserveAspectRatio="${fitOf(drawing)}"`,
  ];
  const start = [`<${name}`, ...kept, ...own].join(" ");
  return isEmpty ? `${start}/>` : `${start}>${insideOf(drawing)}`;
}

function insideOf({ text, root, edits }: Drawing): string {
  const parts: string[] = [];
  let from = root.inside;
  for (const edit of edits) {
    parts.push(text.slice(from, edit.at), edit.text);
    from = edit.at + edit.length;
  }
  return parts.join("") + text.slice(from, root.end);
}

/** The renderer asks for these in any of the namespaces that it knows. */
function isOwn({ space, local, name }: Name & { name: string }): boolean {
  return !isDeclaration(name) && ["", SVG, XLINK].includes(space) &&
    OWN.includes(local);
}

function viewBoxOf({ viewBox, viewport }: Drawing): ViewBox {
  return viewBox ?? { x: 0, y: 0, ...viewport };
}

/** A share of a side that is not seen. */
const TOLERANCE = 0.001;

/**
 * What is as wide and high as it is shown fills all of the picture, which is
 * in whole pixels and so a little wider or higher.
 */
function fitOf(drawing: Drawing): string {
  const { viewport, root } = drawing;
  const box = viewBoxOf(drawing);
  const said = root.attributes.find(({ space, local }) =>
    space === "" && local === "preserveAspectRatio"
  );
  const ratio = box.width * viewport.height / (box.height * viewport.width);
  if (Math.abs(ratio - 1) < TOLERANCE) return "none";
  const isKnown = /^[\w ]{1,40}$/.test(said?.value ?? "");
  return isKnown && said !== undefined ? said.value : "xMidYMid meet";
}

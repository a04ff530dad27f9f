/**
 * What attributes refer to. No I/O.
 *
 * @module
 */
import type { Size } from "../engine/geometry.ts";
import { unsupported } from "../header/refused.ts";
import { requireOwnStyle } from "./css.ts";
import { embeddedSize } from "./images.ts";
import { type Name, SVG, XLINK, XML } from "./names.ts";

/** Of other namespaces, attributes mean nothing to a renderer. */
const SPACES = ["", SVG, XLINK, XML];

/** Elements whose `href` is a picture, or a part of this one. */
const PICTURES = ["image", "feImage"];

/** An attribute, without what it is written with. */
export interface Named extends Name {
  readonly value: string;
}

/**
 * Looks at an attribute of `element`, which is one of SVG. Says how large the
 * picture is that is in it, if there is one.
 *
 * @throws {Refused} If it is a script, or loads what is not in the drawing.
 */
export function look(
  element: string,
  { space, local, value }: Named,
): Size | undefined {
  if (!SPACES.includes(space)) return undefined;
  const isScript = /^on[a-z]/i.test(local) || isJavaScript(value);
  if (isScript) throw unsupported("Scripts are not run");
  if (local === "href" || local === "src") return refer(element, value);
  if (space === XML && local === "base" && value !== "") throw elsewhere();
  if (local === "attributeName" && /(^|:)href$/.test(value.trim())) {
    throw unsupported("It changes what it refers to");
  }
  requireOwnStyle(value);
  return undefined;
}

function refer(element: string, value: string): Size | undefined {
  const href = value.trim();
  // Nothing follows a link.
  if (href === "" || href.startsWith("#") || element === "a") return undefined;
  if (PICTURES.includes(element)) return embeddedSize(href);
  throw elsewhere();
}

function elsewhere() {
  return unsupported("It refers to something that is somewhere else");
}

/** As browsers see it, who leave out white space and what is none. */
function isJavaScript(value: string): boolean {
  return /^[\0-\x20]*j[\t\r\n]*a[\t\r\n]*v[\t\r\n]*a[\t\r\n]*s[\t\r\n]*c/i
    .test(value);
}

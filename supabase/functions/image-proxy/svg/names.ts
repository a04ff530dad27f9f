/**
 * What the prefixes of names stand for: Namespaces in XML 1.0. No I/O.
 *
 * @module
 */
import { Refused } from "../header/refused.ts";
import type { Attribute } from "./xml.ts";

export const SVG = "http://www.w3.org/2000/svg";
export const XHTML = "http://www.w3.org/1999/xhtml";
export const XLINK = "http://www.w3.org/1999/xlink";
export const XML = "http://www.w3.org/XML/1998/namespace";

/** A name without its prefix, and whose it is. */
export interface Name {
  /** `""` of what is in none. */
  readonly space: string;
  readonly local: string;
}

/** By prefix, `""` for elements without one. */
export type Scope = ReadonlyMap<string, string>;

export const OUTERMOST: Scope = new Map([["xml", XML]]);

/** At once. Editors declare about ten. */
const MOST = 64;

/**
 * What is declared in an element with `attributes` that is in `outer`.
 *
 * @throws {Refused} "corrupt", if there are too many.
 */
export function scopeOf(
  attributes: readonly Attribute[],
  outer: Scope,
): Scope {
  let inner: Map<string, string> | undefined;
  for (const { name, value } of attributes) {
    if (!isDeclaration(name)) continue;
    inner ??= new Map(outer);
    inner.set(name.slice("xmlns:".length), value);
    if (inner.size > MOST) throw new Refused("corrupt");
  }
  return inner ?? outer;
}

/** Whether an attribute says what a prefix stands for. */
export function isDeclaration(name: string): boolean {
  return name === "xmlns" || name.startsWith("xmlns:");
}

/**
 * The name of an element.
 *
 * @throws {Refused} "corrupt", for a prefix that stands for nothing.
 */
export function elementName(name: string, scope: Scope): Name {
  return name.includes(":")
    ? prefixed(name, scope)
    : { space: scope.get("") ?? "", local: name };
}

/** The name of an attribute, which is in no namespace without a prefix. */
export function attributeName(name: string, scope: Scope): Name {
  return name.includes(":")
    ? prefixed(name, scope)
    : { space: "", local: name };
}

function prefixed(name: string, scope: Scope): Name {
  const [prefix = "", local = "", ...rest] = name.split(":");
  const space = scope.get(prefix);
  if (!space || local === "" || rest.length > 0) throw new Refused("corrupt");
  return { space, local };
}

/**
 * What stands before the root, and elsewhere beside elements. No I/O.
 *
 * @module
 */
import { Refused, unsupported } from "../header/refused.ts";

/**
 * A document type. Source: SVG 1.1, section 1.3, and its predecessors and
 * profiles.
 */
export function requireKnownType(name: string, rest: string): void {
  if (!/(^|:)svg$/.test(name)) throw new Refused("unknown");
  const isKnown = /^\s*$|^\s+PUBLIC\s+(["'])-\/\/W3C\/\/DTD SVG /.test(rest);
  if (!isKnown) throw unsupported("Its document type is somewhere else");
}

/** Instructions to who reads it: section 2.6 of XML 1.0. */
export function requireHarmless(target: string, rest: string): void {
  if (target === "xml-stylesheet") {
    throw unsupported("It has a style sheet that is somewhere else");
  }
  if (target !== "xml") return;
  const [, , encoding = "utf-8"] =
    /\bencoding\s*=\s*(["'])([^"']*)\1/.exec(rest) ?? [];
  if (!/^(?:utf-?8|us-ascii)$/i.test(encoding)) {
    throw unsupported("It is not in UTF-8");
  }
}

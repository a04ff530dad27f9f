/**
 * Globs as Supabase Auth matches redirect URLs with: `.` and `/` separate.
 * No I/O.
 *
 * @module
 */

/** What each part of a glob becomes; anything else stands for itself. */
const PARTS = /\*\*|\*|\?|\\.|\[!?[^\]]+\]|\{[^{}]*\}|[^*?\\[{]+|[\\[{]/gs;

/**
 * The expression that matches what `glob` does: `*` and `?` stop at `.` and
 * `/`, `**` does not; `[a-z]`, `[!a-z]` and `{one,other}` are known, and a
 * backslash takes the meaning from what follows it.
 *
 * @example One level, and all of them
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { globToRegExp } from "./globs.ts";
 *
 * equal(globToRegExp("http://a.b/*").test("http://a.b/c"), true);
 * equal(globToRegExp("http://a.b/*").test("http://a.b/c/d"), false);
 * equal(globToRegExp("http://a.b/**").test("http://a.b/c/d"), true);
 * ```
 */
export function globToRegExp(glob: string): RegExp {
  return new RegExp(`^${sourceOf(glob)}$`, "s");
}

function sourceOf(glob: string): string {
  return (glob.match(PARTS) ?? []).map(sourceOfPart).join("");
}

function sourceOfPart(part: string): string {
  if (part === "**") return ".*";
  if (part === "*") return "[^./]*";
  if (part === "?") return "[^./]";
  if (/^\\./s.test(part)) return escape(part.slice(1));
  if (/^\[.+\]$/s.test(part)) {
    const [, not, range = ""] = part.match(/^\[(!?)(.+)\]$/s) ?? [];
    return `[${not ? "^" : ""}${range.replaceAll(/[\\^[]/g, "\\$&")}]`;
  }
  if (/^\{.*\}$/s.test(part)) {
    const choices = part.slice(1, -1).split(",").map(sourceOf);
    return `(?:${choices.join("|")})`;
  }
  return escape(part);
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

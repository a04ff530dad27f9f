/**
 * JSON that means one thing only. No I/O.
 *
 * `JSON.parse` takes the last of two members with one name, any depth, and
 * names such as `__proto__`. Each has let a check see one document and the code
 * behind it another, so they are refused here, before parsing (RFC 8259 §4
 * calls what receivers do with a repeated name unpredictable).
 *
 * @module
 */
import { Problem, problem } from "./problem.ts";

const malformedJson = problem(400, "Malformed JSON");

/** Levels of arrays and objects. No input of ours nests deeper than four. */
const MAX_DEPTH = 32;

/** Members and elements in the whole document. */
const MAX_ITEMS = 10_000;

/** One token. Numbers and words are taken loosely: `JSON.parse` is strict. */
const TOKEN = /\s*(?:("[^"\\]*(?:\\.[^"\\]*)*")|([{}[\],:])|[^\s"{}[\],:]+)/gsy;

/**
 * Parses UTF-8 JSON.
 *
 * @throws {Problem} "Malformed JSON", also for a repeated name, a byte order
 * mark, half a surrogate pair, and more than 32 levels or 10,000 items.
 *
 * @example A repeated name is no document at all
 * ```ts
 * import { deepEqual, throws } from "node:assert/strict";
 * import { parseJson } from "./json.ts";
 *
 * const bytes = (text: string) => new TextEncoder().encode(text);
 * deepEqual(parseJson(bytes('{"a":[1,2]}')), { a: [1, 2] });
 * throws(() => parseJson(bytes('{"a":1,"a":2}')), { title: "Malformed JSON" });
 * ```
 */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  try {
    requireOneMeaning(text);
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw malformedJson("Cannot parse the request body as JSON");
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes);
  } catch {
    throw malformedJson("Cannot decode the request body as UTF-8");
  }
}

/** Walks the tokens once, without recursion, and so without a stack to overflow. */
function requireOneMeaning(text: string): void {
  const open: (Set<string> | null)[] = []; // names seen; null in an array
  let items = 0;
  let last: string | undefined; // the string before a colon is a name
  for (const [, string, mark] of text.matchAll(TOKEN)) {
    if (mark !== undefined && "{[,".includes(mark) && ++items > MAX_ITEMS) {
      throw malformedJson(`Cannot take more than ${MAX_ITEMS} items`);
    }
    if (mark === "{" || mark === "[") {
      open.push(mark === "{" ? new Set() : null);
      if (open.length > MAX_DEPTH) {
        throw malformedJson(`Cannot nest deeper than ${MAX_DEPTH} levels`);
      }
    } else if (mark === "}" || mark === "]") {
      open.pop();
    } else if (mark === ":") {
      requireNewName(last, open.at(-1));
    }
    last = string === undefined ? undefined : textOf(string);
  }
}

function requireNewName(
  name: string | undefined,
  seen: Set<string> | null | undefined,
): void {
  if (name === undefined || !seen) return; // not JSON: the parser will say so
  if (name === "__proto__") {
    throw malformedJson('Cannot take a member named "__proto__"');
  }
  if (seen.has(name)) {
    throw malformedJson("Cannot take two members with one name");
  }
  seen.add(name);
}

/** What a string token says, with its escapes resolved. */
function textOf(token: string): string {
  if (!token.includes("\\")) return token.slice(1, -1);
  const text: string = JSON.parse(token);
  if (!text.isWellFormed()) {
    throw malformedJson("Cannot take half a surrogate pair");
  }
  return text;
}

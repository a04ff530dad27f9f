/**
 * What Postgres says, as values that `JSON.stringify` writes the way Postgres's
 * own `to_json` does: PostgREST's answers are made by that. No I/O.
 *
 * @module
 */
import { types } from "@electric-sql/pglite";
import { parseJson, toNumber } from "./exact_json.ts";

/** Makes a value of the text that Postgres has sent. */
export type Parser = (text: string) => unknown;

/** `2026-01-02 03:04:05+00` is `2026-01-02T03:04:05+00:00` in JSON. */
function toTime(text: string): string {
  return text.replace(" ", "T").replace(/([+-]\d\d)(?= BC$|$)/, "$1:00");
}

function asIs(text: string): string {
  return text;
}

/** An element between quotes, a brace, or an element without quotes. */
const TOKEN = /"(?:[^"\\]|\\[^])*"|[{}]|[^{},"]+/g;

/** PGlite's own reader takes `NULL` for a text. */
function arrayOf(parse: Parser): Parser {
  return (text) => {
    const outer: unknown[] = [];
    const open = [outer];
    // What is before the first brace are bounds, which JSON has no place for.
    for (const token of text.slice(text.indexOf("{")).match(TOKEN) ?? []) {
      if (token === "}") {
        open.pop();
      } else if (token === "{") {
        const inner: unknown[] = [];
        open.at(-1)?.push(inner);
        open.push(inner);
      } else open.at(-1)?.push(elementOf(token, parse));
    }
    return outer[0];
  };
}

function elementOf(token: string, parse: Parser): unknown {
  if (token === "NULL") return null;
  if (!token.startsWith('"')) return parse(token);
  return parse(token.slice(1, -1).replaceAll(/\\([^])/g, "$1"));
}

/** Elements, and the type of their arrays. Source: `pg_type` of Postgres 17. */
const ELEMENTS: readonly [type: number, array: number, parse: Parser][] = [
  [types.INT8, 1016, toNumber],
  [types.NUMERIC, 1231, toNumber],
  [types.FLOAT4, 1021, toNumber],
  [types.FLOAT8, 1022, toNumber],
  [types.DATE, 1182, asIs],
  [types.TIMESTAMP, 1115, toTime],
  [types.TIMESTAMPTZ, 1185, toTime],
  [types.BYTEA, 1001, asIs],
  [types.TEXT, 1009, asIs],
  [types.VARCHAR, 1015, asIs],
  [types.UUID, 2951, asIs],
  [types.BOOL, 1000, (text) => text === "t"],
  [types.INT2, 1005, Number],
  [types.INT4, 1007, Number],
  [types.JSON, 199, parseJson],
  [types.JSONB, 3807, parseJson],
];

/** For PGlite, by the type's number. Other types are well as PGlite has them. */
export const JSON_PARSERS: Readonly<Record<number, Parser>> = Object
  .fromEntries(
    ELEMENTS.flatMap(([type, array, parse]) => [
      [type, parse],
      [array, arrayOf(parse)],
    ]),
  );

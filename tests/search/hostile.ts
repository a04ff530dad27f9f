/**
 * Searches that are meant to hurt, as the bytes that are sent, and how each is
 * answered. No I/O.
 *
 * @module
 */

const LONG = "refund ".repeat(150_000);

/** A body of a search for refunds, and what else it has. */
function body(more: object): string {
  return JSON.stringify({ source: "things", query: "refund", ...more });
}

/** A body without a query. */
function bare(more: object): string {
  return JSON.stringify({ source: "things", ...more });
}

function times(depth: number, open: string, close: string): string {
  return open.repeat(depth) + "{}" + close.repeat(depth);
}

/** Written as it is, since JSON has no such value. */
function raw(member: string): string {
  return `{"source":"things","query":"refund",${member}}`;
}

/** Why, the body, the status and the code of the problem. */
export const HOSTILE: readonly [
  why: string,
  body: string,
  status: number,
  code?: string,
][] = [
  ["a query of 1 MB", body({ query: LONG }), 413, "body_too_large"],
  ["a query of 100 KB", body({ query: LONG.slice(0, 1e5) }), 422],
  ["a query of 2,001 characters", body({ query: "a".repeat(2001) }), 422],
  ["an empty query", body({ query: "" }), 422],
  ["a query of spaces", body({ query: " \n\u3000" }), 422],
  ["a query of U+0000", body({ query: "a\0b" }), 422],
  ["half a surrogate", raw('"x":"\\ud800"'), 400, "malformed_json"],
  ["a query that is a list", body({ query: ["refund"] }), 422],
  ["k of 1e9", body({ k: 1e9 }), 422],
  ["k of 101", body({ k: 101 }), 422],
  ["k of 0", body({ k: 0 }), 422],
  ["k of -1", body({ k: -1 }), 422],
  ["k of 1.5", body({ k: 1.5 }), 422],
  ["k as a text", body({ k: "10" }), 422],
  ["k of NaN", raw('"k":NaN'), 400, "malformed_json"],
  ["k of 1e400", raw('"k":1e400'), 422],
  ["minScore of NaN", raw('"minScore":NaN'), 400, "malformed_json"],
  ["minScore of 2", body({ minScore: 2 }), 422],
  ["minScore of -1.01", body({ minScore: -1.01 }), 422],
  ["minScore of -1e400", raw('"minScore":-1e400'), 422],
  ["a vector of 3 numbers", bare({ vector: [1, 2, 3] }), 422],
  ["a vector of 4,001", bare({ vector: Array(4001).fill(1) }), 422],
  ["a vector of 101", bare({ vector: Array(101).fill(1) }), 422],
  ["a vector of none", bare({ vector: [] }), 422],
  ["a vector of zeros", bare({ vector: Array(100).fill(0) }), 422],
  ["a vector of texts", bare({ vector: Array(100).fill("1") }), 422],
  ["a vector of null", bare({ vector: Array(100).fill(null) }), 422],
  [
    "a vector of Infinity",
    `{"source":"things","vector":[1e999${",0".repeat(99)}]}`,
    422,
  ],
  ["a vector that is SQL", bare({ vector: "[1]'; drop table x" }), 422],
  [
    "a filter 100 deep",
    raw(`"filter":${times(100, '{"not":', "}")}`),
    400,
    "malformed_json",
  ],
  [
    "a filter 10,000 deep",
    raw(`"filter":${times(10_000, '{"not":', "}")}`),
    400,
    "malformed_json",
  ],
  ["a filter 20 deep", raw(`"filter":${times(20, '{"not":', "}")}`), 422],
  ["a filter of a list", body({ filter: [] }), 422],
  ["a filter of null", body({ filter: null }), 422],
  ["a filter of 1e400", raw('"filter":{"price":{"lt":1e400}}'), 422],
  ["__proto__", raw('"__proto__":{"k":1}'), 400, "malformed_json"],
  [
    "__proto__ in a filter",
    raw('"filter":{"__proto__":{"eq":1}}'),
    400,
    "malformed_json",
  ],
  ["a member twice", raw('"k":1,"k":2'), 400, "malformed_json"],
  ["an unknown member", body({ role: "service_role" }), 422],
  ["a generation", body({ generation: 1 }), 422],
  ["an unknown mode", body({ mode: "magic" }), 422],
  ["an unknown group", body({ groupBy: "org" }), 422],
  ["highlight as a text", body({ highlight: "<b>" }), 422],
  ["no source", JSON.stringify({ query: "refund" }), 422],
  ["SQL as a source", body({ source: "things'; select 1" }), 422],
  ["a path as a source", body({ source: "../things" }), 422],
  ["nothing to look for", bare({}), 422],
  ["two things to look for", body({ like: 1 }), 422],
  ["words of a vector", bare({ vector: [1], mode: "keyword" }), 422],
  ["words of a row", bare({ like: 1, mode: "hybrid" }), 422],
  ["to be like an empty list", bare({ like: [] }), 422],
  ["to be like null", bare({ like: null }), 422],
  ["to be like U+0000", bare({ like: "\0" }), 422],
  ["to be like a list of lists", bare({ like: [[1]] }), 422],
  ["to be like a text", bare({ like: "x' or true" }), 404, "row_not_found"],
  ["to be like too much", bare({ like: [1, 2] }), 404, "row_not_found"],
  ["to be like another", bare({ like: { x: 1 } }), 404, "row_not_found"],
  ["to be like 1e300", bare({ like: 1e300 }), 404, "row_not_found"],
  ["a list", "[]", 422],
  ["null", "null", 422],
  ["nothing", "", 400, "malformed_json"],
];

/** Odd, and answered all the same. */
export const ODD: readonly [what: string, body: string][] = [
  ["a query of 2,000 characters", body({ query: "refund ".repeat(285) })],
  ["a query of signs", body({ query: `!&|():*<->'"\\%_$1{}[]E'\\'` })],
  ["a query of addresses", body({ query: "a@b.c http://x.y/z\\w C:\\d it's" })],
  ["a query of emoji", body({ query: "👩‍👩‍👧‍👦 e\u0301\u0301\u0301" })],
  ["a query in Japanese", body({ query: "払い戻し" })],
  ["a query of controls", body({ query: "a\x01\x02\x03\x1b[31m" })],
  ["words of nothing", body({ query: "the of", mode: "keyword" })],
  ["words of signs", body({ query: "!!!", mode: "keyword" })],
  ["vectors that are very long", bare({ vector: Array(100).fill(1.7e308) })],
  ["vectors that are very short", bare({ vector: Array(100).fill(5e-324) })],
  ["vectors by words, too", body({ vector: Array(100).fill(1) })],
  ["minScore of 1", body({ minScore: 1 })],
  ["minScore of -1", body({ minScore: -1 })],
  ["a hundred results", body({ k: 100, groupBy: "chunk" })],
];

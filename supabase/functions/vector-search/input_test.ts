import { deepStrictEqual } from "node:assert/strict";
import * as v from "valibot";
import { input } from "./input.ts";

const USUAL = {
  source: "notes",
  k: 10,
  filter: {},
  groupBy: "row",
  highlight: false,
};

/** What is wrong with a search, and where. */
function issuesOf(wish: unknown): string[] {
  const { issues = [] } = v.safeParse(input, wish);
  return issues.map((it) => `${v.getDotPath(it) ?? ""}: ${it.message}`);
}

/** Searches of `notes`, and what they are taken for. */
const GOOD: [why: string, wish: object, taken: object][] = [
  ["a query by meaning and words", { query: "cat" }, {
    ...{ query: "cat", mode: "hybrid" },
  }],
  ["a query without the space around it", { query: " cat\n" }, {
    ...{ query: "cat", mode: "hybrid" },
  }],
  ["the longest query", { query: "x".repeat(2_000) }, {
    ...{ query: "x".repeat(2_000), mode: "hybrid" },
  }],
  ["a query by its words alone", { query: "cat", mode: "keyword" }, {
    ...{ query: "cat", mode: "keyword" },
  }],
  ["a vector by meaning", { vector: [0, 1e300] }, {
    ...{ vector: [0, 1e300], mode: "semantic" },
  }],
  ["the longest vector", { vector: Array(4_000).fill(1) }, {
    ...{ vector: Array(4_000).fill(1), mode: "semantic" },
  }],
  ["a vector with the words of a query", { vector: [1], query: "cat" }, {
    ...{ vector: [1], query: "cat", mode: "hybrid" },
  }],
  ["a key as a list of one", { like: 7 }, { like: [7], mode: "semantic" }],
  ["a key of several parts", { like: ["a", 7] }, {
    ...{ like: ["a", 7], mode: "semantic" },
  }],
  ["a key by its columns", { like: { id: 7 } }, {
    ...{ like: { id: 7 }, mode: "semantic" },
  }],
  ["the most results of the least score", {
    ...{ query: "cat", k: 100, minScore: -1 },
  }, { query: "cat", k: 100, minScore: -1, mode: "hybrid" }],
  ["a filter as it is", { query: "cat", filter: { a: { eq: null } } }, {
    ...{ query: "cat", filter: { a: { eq: null } }, mode: "hybrid" },
  }],
];

for (const [why, wish, taken] of GOOD) {
  Deno.test(`input takes ${why}`, () => {
    const parsed = v.parse(input, { source: "notes", ...wish });

    deepStrictEqual(parsed, { ...USUAL, ...taken });
  });
}

const NOTHING = "Must have a query, a vector, or a key to be like";

/** Searches that are refused, and what is said of them. */
const BAD: [why: string, wish: object, said: string[]][] = [
  ["nothing to look for", {}, [`: ${NOTHING}`]],
  ["two things to look for", { query: "x", like: 1 }, [`: ${NOTHING}`]],
  ["a vector and a key", { vector: [1], like: 1 }, [`: ${NOTHING}`]],
  ["words without a query", { vector: [1], mode: "hybrid" }, [
    ": Must have a query to be searched for by words",
  ]],
  ["no text", { query: 7 }, ["query: Must be a text"]],
  ["an empty query", { query: "  " }, ["query: Must not be empty"]],
  ["one character too many", { query: "x".repeat(2_001) }, [
    "query: Must have at most 2000 characters",
  ]],
  ["what Postgres has not", { query: "a\0b" }, ["query: Must have no U+0000"]],
  ["an empty vector", { vector: [] }, [
    "vector: Must have numbers",
    "vector: Must not be all zeros",
  ]],
  ["a vector of zeros", { vector: [0, -0] }, [
    "vector: Must not be all zeros",
  ]],
  ["one number too many", { vector: Array(4_001).fill(1) }, [
    "vector: Must have at most 4000 numbers",
  ]],
  ["a number that is infinite", { vector: [1, Infinity] }, [
    "vector.1: Must be at most 1e308",
  ]],
  ["a number that is none", { vector: [1, "2"] }, [
    "vector.1: Must be a number",
  ]],
  ["no result", { query: "x", k: 0 }, ["k: Must be at least 1"]],
  ["one result too many", { query: "x", k: 101 }, ["k: Must be at most 100"]],
  ["half a result", { query: "x", k: 1.5 }, ["k: Must be a whole number"]],
  ["a score past 1", { query: "x", minScore: 1.1 }, [
    "minScore: Must be at most 1",
  ]],
  ["another mode", { query: "x", mode: "sql" }, [
    "mode: Must be semantic, keyword or hybrid",
  ]],
  ["a filter that is a list", { query: "x", filter: [] }, [
    "filter: Must be an object",
  ]],
  ["a filter with what Postgres has not", {
    ...{ query: "x", filter: { a: { eq: "\0" } } },
  }, ["filter: Must have no U+0000, and no number beyond 1e308"]],
  ["a key of nothing", { like: [] }, ["like: Must be the key of a row"]],
  ["a key of too much", { like: [1, "x".repeat(1_001)] }, [
    "like.1: Must be the key of a row",
  ]],
  ["a key that Postgres has not", { like: { id: "\0" } }, [
    "like.id: Must be the key of a row",
  ]],
  ["a key of objects", { like: [{}] }, ["like: Must be the key of a row"]],
  ["a field that it does not know", { query: "x", table: "y" }, [
    "table: Is not a field of this request",
  ]],
];

for (const [why, wish, said] of BAD) {
  Deno.test(`W12 input refuses ${why}`, () => {
    deepStrictEqual(issuesOf({ source: "notes", ...wish }), said);
  });
}

for (const source of ["", "Notes", "9notes", `n"; drop`, "n".repeat(42), 7]) {
  Deno.test(`W12 input takes ${JSON.stringify(source)} for no source`, () => {
    deepStrictEqual(issuesOf({ source, query: "x" }), [
      "source: Must be the name of a source",
    ]);
  });
}

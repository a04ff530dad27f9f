import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { filterOf } from "./filter.ts";

const FILM = {
  genre: "drama",
  tags: ["war", "old"],
  year: 1957,
  seen: false,
  pages: "12",
};

const MATCHES: [why: string, filter: unknown, expected: boolean][] = [
  ["a value", { genre: "drama" }, true],
  ["another value", { genre: "comedy" }, false],
  ["$eq", { genre: { $eq: "drama" } }, true],
  ["$eq with one of a list", { tags: { $eq: "old" } }, true],
  ["$eq with none of a list", { tags: { $eq: "new" } }, false],
  ["$eq with a number for its text", { pages: { $eq: 12 } }, false],
  ["$eq with false", { seen: false }, true],
  ["$eq where there is nothing", { director: "x" }, false],
  ["$ne", { genre: { $ne: "comedy" } }, true],
  ["$ne with the value", { genre: { $ne: "drama" } }, false],
  ["$ne with one of a list", { tags: { $ne: "old" } }, false],
  ["$ne where there is nothing", { director: { $ne: "x" } }, false],
  ["$gt below", { year: { $gt: 1956 } }, true],
  ["$gt at", { year: { $gt: 1957 } }, false],
  ["$gte at", { year: { $gte: 1957 } }, true],
  ["$gte above", { year: { $gte: 1958 } }, false],
  ["$lt above", { year: { $lt: 1958 } }, true],
  ["$lt at", { year: { $lt: 1957 } }, false],
  ["$lte at", { year: { $lte: 1957 } }, true],
  ["$lte below", { year: { $lte: 1956 } }, false],
  ["$lte with a text", { pages: { $lte: 99 } }, false],
  ["$lt where there is nothing", { director: { $lt: 1 } }, false],
  ["$in", { genre: { $in: ["comedy", "drama"] } }, true],
  ["$in without it", { genre: { $in: ["comedy"] } }, false],
  ["$in with one of a list", { tags: { $in: ["new", "old"] } }, true],
  ["$nin", { genre: { $nin: ["comedy"] } }, true],
  ["$nin with it", { genre: { $nin: ["comedy", "drama"] } }, false],
  ["$nin with one of a list", { tags: { $nin: ["new", "old"] } }, false],
  ["$nin where there is nothing", { director: { $nin: ["x"] } }, false],
  ["$exists", { seen: { $exists: true } }, true],
  ["$exists where there is nothing", { director: { $exists: true } }, false],
  ["$exists false", { seen: { $exists: false } }, false],
  ["no $exists", { director: { $exists: false } }, true],
  ["what every object has", { constructor: { $exists: true } }, false],
  ["a range", { year: { $gte: 1950, $lt: 1960 } }, true],
  ["half a range", { year: { $gte: 1950, $lt: 1955 } }, false],
  ["two names", { genre: "drama", year: 1957 }, true],
  ["one name of two", { genre: "drama", year: 1958 }, false],
  ["$and", { $and: [{ genre: "drama" }, { year: 1957 }] }, true],
  ["half of $and", { $and: [{ genre: "drama" }, { year: 1 }] }, false],
  ["half of $or", { $or: [{ genre: "comedy" }, { year: 1957 }] }, true],
  ["nothing of $or", { $or: [{ genre: "comedy" }, { year: 1 }] }, false],
  [
    "$or in $and",
    { $and: [{ $or: [{ year: 1 }, { tags: "war" }] }, { seen: false }] },
    true,
  ],
];

for (const [why, json, expected] of MATCHES) {
  Deno.test(`filterOf() ${expected ? "finds" : "passes over"} ${why}`, () => {
    strictEqual(filterOf(json)?.matches(FILM), expected);
  });
}

const NO_FILTERS: [why: string, json: unknown][] = [
  ["a text", "drama"],
  ["a list", [{ genre: "drama" }]],
  ["null", null],
  ["a value that is null", { genre: null }],
  ["a list without an operator", { genre: ["drama"] }],
  ["no operator", { genre: {} }],
  ["an operator there is not", { genre: { $like: "d%" } }],
  ["an operator and a name", { year: { $gt: 1, max: 2 } }],
  ["an operator for a name", { $eq: "drama" }],
  ["$gt with a text", { year: { $gt: "1957" } }],
  ["$eq with a list", { tags: { $eq: ["war"] } }],
  ["$in with a value", { genre: { $in: "drama" } }],
  ["an empty $in", { genre: { $in: [] } }],
  ["an empty $nin", { genre: { $nin: [] } }],
  ["$in with null", { genre: { $in: [null] } }],
  ["$exists with a number", { genre: { $exists: 1 } }],
  ["an empty $and", { $and: [] }],
  ["$and without a list", { $and: { genre: "drama" } }],
  ["$or and a name", { $or: [{ genre: "drama" }], year: 1957 }],
  ["a fault in $or", { $or: [{ genre: "drama" }, { year: null }] }],
];

for (const [why, json] of NO_FILTERS) {
  Deno.test(`filterOf() knows no ${why}`, () => {
    strictEqual(filterOf(json), undefined);
  });
}

Deno.test("filterOf() names all that is asked for, and nothing for {}", () => {
  const json = { $or: [{ a: 1, b: 2 }, { $and: [{ c: { $gt: 1 } }] }] };

  deepStrictEqual(filterOf(json)?.names, ["a", "b", "c"]);
  deepStrictEqual(filterOf({})?.names, []);
});

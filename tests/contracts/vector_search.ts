/**
 * What `vector-search` promises over HTTP.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { assertProblem } from "../../supabase/functions/_shared/testing/assert.ts";
import { type Person, tokenOf } from "../world.ts";
import { type Clause, type Contract, isThere, type Place } from "./contract.ts";
import { COSTLY, FAILING } from "./costly_searches.ts";
import {
  askSearch,
  found,
  indexHere,
  NAME,
  type Notes,
  notesIn,
} from "./indexes.ts";

const BODIES = [
  "How to get your money back after a purchase",
  "The cat sleeps in the warm kitchen",
  "Trains leave from the station every morning",
  'A refund takes < 9 days & is "free"',
  "Engineers repair the bridge over the river",
  "Doctors work at the hospital at night",
];

/** Ids of results. */
type Ids = readonly number[];

/** Notes of all that are in the index, and somebody who looks for them. */
interface Reading {
  readonly notes: Notes;
  readonly person: Person;
  readonly token: string;
  /** The keys of what is found. */
  idsOf(wish: Readonly<Record<string, unknown>>): Promise<Ids>;
}

/** A clause about `BODIES`, which are in the index as the notes 1 to 6. */
function clause(
  name: string,
  check: (reading: Reading, place: Place) => Promise<void>,
): Clause {
  return {
    name,
    async run(place) {
      await using notes = await notesIn(place.world);
      await notes.add(BODIES);
      await indexHere(place.world);
      const person = await place.world.newPerson();
      const token = await tokenOf(person);
      const idsOf: Reading["idsOf"] = async (wish) => {
        const { results } = await found(place, token, wish);
        return results.map(({ key }) => key.id);
      };
      await check({ notes, person, token, idsOf }, place);
    },
  };
}

const clauses: Clause[] = [
  isThere("vector-search"),
  clause(
    "vector-search finds by meaning, by words and by both",
    async ({ token }, place) => {
      const query = "trains at the railway station";

      const modes = ["semantic", "keyword", "hybrid"];
      for (const mode of modes) {
        const answer = await found(place, token, { query, mode });
        const [first] = answer.results;
        deepStrictEqual([answer.mode, first?.key], [mode, { id: 3 }]);
        deepStrictEqual(first?.metadata, { org: 2 });
        strictEqual(first?.content, BODIES[2]);
        deepStrictEqual(answer.index, {
          ...{ generation: 1, model: "static-en", queued: 0 },
        });
      }
      const byMeaning = { query: "reimbursement", mode: "semantic", k: 2 };
      const { results } = await found(place, token, byMeaning);
      ok(results.some(({ key }) => key.id === 1 || key.id === 4));
    },
  ),
  clause(
    "W13 vector-search finds what its caller may see, and no more",
    async ({ notes, person, idsOf }, place) => {
      const other = await place.world.newPerson();
      await notes.add(["my cat is secret"], person.id);
      await notes.add(["your cat is secret"], other.id);
      await indexHere(place.world);

      const wish = { query: "cat secret", k: 100 };
      const all = await Promise.all(
        ["semantic", "keyword", "hybrid"].map((mode) => {
          return idsOf({ ...wish, mode });
        }),
      );

      deepStrictEqual(all.map((ids) => ids.includes(7)), [true, true, true]);
      deepStrictEqual(all.map((ids) => ids.includes(8)), [false, false, false]);
    },
  ),
  clause(
    "W14 vector-search finds nothing that has gone or become private",
    async ({ notes, idsOf }) => {
      await notes.run(
        `delete from public.contract_notes where id = 2;
         update public.contract_notes set owner = gen_random_uuid()
         where id = 3`,
      );

      const ids = await idsOf({ query: "cat station", k: 100 });

      deepStrictEqual([...ids].sort(), [1, 4, 5, 6]);
    },
  ),
  clause("vector-search filters by metadata", async ({ idsOf }) => {
    const wish = { query: "the cat", mode: "semantic" };

    const equal = await idsOf({ ...wish, filter: { org: { eq: 0 } } });
    const first = await idsOf({
      ...wish,
      filter: { org: { in: [1, 2] } },
      k: 1,
    });

    deepStrictEqual([...equal].sort(), [1, 4]);
    deepStrictEqual(first, [2]);
  }),
  clause("vector-search finds what is like a row", async ({ idsOf }) => {
    const ids = await idsOf({ like: 1 });

    strictEqual(ids.length, 5);
    strictEqual(ids.includes(1), false);
  }),
  clause(
    "vector-search takes a vector of any length",
    async ({ token, notes }, place) => {
      const [row] = await notes.rows<{ vector: string }>(
        `select embedding::text as vector from portico_index.chunks_${await servingOf(
          notes,
        )} where key_1 = 5`,
      );
      const unit: number[] = JSON.parse(row?.vector ?? "[]");

      const vector = unit.map((it) => it * 700);
      const { results: [first], mode } = await found(place, token, { vector });

      strictEqual(mode, "semantic");
      deepStrictEqual(first?.key, { id: 5 });
      ok(Math.abs((first?.score ?? 0) - 1) < 0.001, String(first?.score));
    },
  ),
  clause(
    "vector-search marks words, in HTML of which nothing else is a tag",
    async ({ token }, place) => {
      const wish = { query: "refunds", mode: "keyword", highlight: true };

      const { results } = await found(place, token, wish);

      deepStrictEqual(results.map(({ highlight }) => highlight), [
        "A <mark>refund</mark> takes &lt; 9 days &amp; is &quot;free&quot;",
      ]);
    },
  ),
  clause(
    "vector-search says what one may search",
    async ({ token }, place) => {
      const headers = { authorization: `Bearer ${token}` };

      const response = await place.call("/sources", { headers });

      deepStrictEqual(await response.json(), {
        sources: [{
          source: NAME,
          generation: 1,
          model: "static-en",
          dimensions: 100,
          metadata: ["org"],
          staleness: { queued: 0 },
        }],
      });
    },
  ),
  clause(
    "W13 vector-search answers for another's table as for none",
    async ({ notes, token }, place) => {
      await notes.run(
        "revoke select on public.contract_notes from authenticated",
      );

      for (const source of [NAME, "nothing"]) {
        const response = await askSearch(place, token, { source, query: "x" });
        await assertProblem(response, {
          status: 404,
          title: "Source not found",
          detail: `Cannot find the source ${source}`,
        });
      }
      const headers = { authorization: `Bearer ${token}` };
      const listed = await place.call("/sources", { headers });
      deepStrictEqual(await listed.json(), { sources: [] });
    },
  ),
  clause(
    "vector-search finds nothing for strangers",
    async (reading, place) => {
      const { publishable } = place.world.stack.keys;
      const [head, claims] = reading.token.split(".");

      for (const bad of ["", "x.y.z", `${head}.${claims}.AAAA`, publishable]) {
        const response = await askSearch(place, bad, {
          source: NAME,
          query: "cat",
        });
        strictEqual(response.headers.get("access-control-allow-origin"), "*");
        await assertProblem(response, { status: 401 });
      }
    },
  ),
  clause(
    "W12 vector-search says of every field how to mend it",
    async ({ token }, place) => {
      const response = await askSearch(place, token, {
        source: "A source",
        query: "x".repeat(2_001),
        vector: [0],
        k: 101,
        mode: "magic",
        filter: [],
        minScore: 2,
        groupBy: "page",
        highlight: 1,
        more: true,
      });

      const { errors } = await response.json();
      deepStrictEqual(
        errors.map(({ pointer }: { pointer: string }) => pointer).sort(),
        [
          "#/filter",
          "#/groupBy",
          "#/highlight",
          "#/k",
          "#/minScore",
          "#/mode",
          "#/more",
          "#/query",
          "#/source",
          "#/vector",
        ],
      );
    },
  ),
  clause(
    "W12 vector-search refuses what does not fit its index",
    async ({ token }, place) => {
      for (
        const [wish, pointer] of [
          [{ vector: [1, 2] }, "#/vector"],
          [{ query: "x", filter: { owner: { eq: 1 } } }, "#/filter"],
          [{ query: "x", filter: { org: { eq: "1; drop" } } }, "#/filter"],
        ] as const
      ) {
        const sent = { source: NAME, ...wish };
        const response = await askSearch(place, token, sent);
        strictEqual(response.status, 422);
        const { errors: [error] } = await response.json();
        strictEqual(error.pointer, pointer);
      }
      const other = await askSearch(place, token, { source: NAME, like: 99 });
      await assertProblem(other, { status: 404, title: "Row not found" });
    },
  ),
];

/** The number of the index that searches see. */
async function servingOf({ rows }: Notes): Promise<number> {
  const [source] = await rows<{ serving: number }>(
    "select serving from portico_index.sources where name = $1",
    [NAME],
  );
  return source?.serving ?? NaN;
}

/** The whole of it. */
export const contract: Contract = {
  clauses,
  costly: COSTLY,
  failing: FAILING,
};

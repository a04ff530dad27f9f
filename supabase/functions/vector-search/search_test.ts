import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import {
  type Embedder,
  EmbedFault,
  type FaultKind,
} from "../_shared/embed/embedder.ts";
import { problem } from "../_shared/problem.ts";
import type { Mode, Wish } from "./input.ts";
import { Memory } from "./memory.ts";
import { type Library, search } from "./search.ts";
import type { Found, Generation, Sources, Vector } from "./sources.ts";

const FOUND: Found = {
  outcome: "found",
  generation: 1,
  model: "told",
  staleness: { queued: 0 },
  results: [],
};

const FIRST: Generation = { generation: 11, model: "told", dimensions: 2 };
const SECOND: Generation = { generation: 12, model: "other", dimensions: 2 };

/** A search of `notes`, for the meaning and the words of "cat" unless told. */
function wishFor(more: Partial<Wish> = {}): Wish {
  return {
    ...{ source: "notes", query: "cat", vector: undefined, like: undefined },
    ...{ mode: "hybrid", k: 10, filter: {}, minScore: undefined },
    ...{ groupBy: "row", highlight: false },
    ...more,
  };
}

/**
 * A library whose index is each of `serving` in turn, and then the last one,
 * and whose model does `act`.
 */
function libraryOf(
  serving: readonly [Generation, ...Generation[]],
  act: Embedder["embed"] = () =>
    Promise.resolve({ vectors: [Float32Array.of(3, -4)], tokens: 1 }),
) {
  const asked: { readonly mode: Mode; readonly vector?: Vector }[] = [];
  const embedded: string[] = [];
  const admitted: string[] = [];
  const sources: Sources = {
    search({ mode }, vector) {
      asked.push({ mode, ...vector && { vector } });
      const [now] = serving.slice(Math.min(asked.length, serving.length) - 1);
      const isKnown = vector?.generation === undefined
        ? vector !== undefined
        : vector.generation === now?.generation;
      return Promise.resolve(
        mode === "keyword" || isKnown || now === undefined
          ? FOUND
          : { outcome: "embed", ...now },
      );
    },
    admit(source) {
      strictEqual(embedded.length, admitted.length); // first, and then the bill
      admitted.push(source);
      return Promise.resolve({ remaining: 119, resetS: 0 });
    },
    list: () => Promise.resolve([]),
  };
  const library: Library = {
    sources,
    embedder: ({ model, dimensions }) =>
      Promise.resolve({
        ...{ dimensions, maxBatch: 1, maxTokens: 9 },
        embed(texts, how) {
          strictEqual(how.purpose, "query");
          embedded.push(...texts.map((it) => `${model}: ${it}`));
          return act(texts, how);
        },
      }),
    generations: new Memory(10),
    queries: new Memory(10),
    signal: new AbortController().signal,
  };
  return { library, asked, embedded, admitted };
}

Deno.test("search() asks for which index, and then with the query's vector", async () => {
  const { library, asked, embedded } = libraryOf([FIRST]);

  const answer = await search(wishFor(), library);

  const left = { remaining: 119, resetS: 0 };
  deepStrictEqual(answer, { ...FOUND, mode: "hybrid", left });
  deepStrictEqual(asked, [
    { mode: "hybrid" },
    { mode: "hybrid", vector: { text: "[0.6,-0.8]", generation: 11 } },
  ]);
  deepStrictEqual(embedded, ["told: cat"]);
});

Deno.test("search() asks once, and embeds nothing, for a query that it remembers", async () => {
  const { library, asked, embedded } = libraryOf([FIRST]);
  await search(wishFor(), library);

  await search(wishFor({ mode: "semantic" }), library);
  await search(wishFor({ query: "dog" }), library);

  strictEqual(asked.length, 4);
  deepStrictEqual(embedded, ["told: cat", "told: dog"]);
});

Deno.test("search() has each call that costs money admitted, and no other", async () => {
  const { library, admitted } = libraryOf([FIRST]);
  const { left } = await search(wishFor(), library);
  const again = await search(wishFor(), library);
  await search(wishFor({ mode: "keyword", query: "dog" }), library);

  deepStrictEqual(admitted, ["notes"]);
  deepStrictEqual([left?.remaining, "left" in again], [119, false]);
});

Deno.test("search() has nothing admitted that costs nothing", async () => {
  const { library, admitted } = libraryOf([FIRST]);
  const free: Library = {
    ...library,
    embedder: async (it) => ({ ...await library.embedder(it), isFree: true }),
  };
  library.sources.admit = () => Promise.reject(new Error("Asked for it"));

  const answer = await search(wishFor(), free);

  deepStrictEqual([admitted, answer.left], [[], undefined]);
});

Deno.test("search() embeds nothing for who may not have it embedded, in any mode", async () => {
  const { library, embedded } = libraryOf([FIRST]);
  await search(wishFor(), library);
  const refusal = problem(429, "Too many requests")("Cannot");
  library.sources.admit = () => Promise.reject(refusal);

  for (const mode of ["hybrid", "semantic"] as const) {
    await rejects(search(wishFor({ mode, query: "dog" }), library), refusal);
  }

  deepStrictEqual(embedded, ["told: cat"]);
});

Deno.test("search() asks again, by the other model, when the index has changed", async () => {
  const { library, asked, embedded } = libraryOf([FIRST, FIRST, SECOND]);
  await search(wishFor(), library);

  await search(wishFor(), library);

  deepStrictEqual(asked.map(({ vector }) => vector?.generation), [
    ...[undefined, 11, 11, 12],
  ]);
  deepStrictEqual(embedded, ["told: cat", "other: cat"]);
});

Deno.test("search() remembers a query by its model, whatever the index", async () => {
  const again = { ...FIRST, generation: 13 };
  const { library, embedded } = libraryOf([FIRST, FIRST, again]);
  await search(wishFor(), library);

  await search(wishFor(), library);

  deepStrictEqual(embedded, ["told: cat"]);
});

Deno.test("search() gives up on an index that changes each time, and looks for words", async () => {
  const many = [11, 12, 13, 14].map((it) => ({ ...FIRST, generation: it }));
  const { library, asked } = libraryOf([FIRST, ...many.slice(1)]);

  const { mode } = await search(wishFor(), library);

  strictEqual(mode, "keyword");
  deepStrictEqual(asked.map((it) => it.mode), [
    ...["hybrid", "hybrid", "hybrid", "keyword"],
  ]);
});

Deno.test("search() embeds nothing for words alone", async () => {
  const { library, asked, embedded } = libraryOf([FIRST]);

  await search(wishFor({ mode: "keyword" }), library);

  deepStrictEqual([asked, embedded], [[{ mode: "keyword" }], []]);
});

Deno.test("search() embeds nothing for what is like a row", async () => {
  const { library, embedded } = libraryOf([FIRST]);
  library.sources.search = () => Promise.resolve(FOUND);

  await search(wishFor({ query: undefined, like: [1] }), library);

  deepStrictEqual(embedded, []);
});

/** Vectors of callers, and the same of unit length. */
const VECTORS: [why: string, given: number[], text: string][] = [
  ["a long one", [300, 0, -400], "[0.6,0,-0.8]"],
  [
    "one that is longer than a number can be",
    [1.7e308, 1.7e308],
    "[0.707107,0.707107]",
  ],
  ["one that is hardly there", [0, 5e-324], "[0,1]"],
];

for (const [why, given, text] of VECTORS) {
  Deno.test(`search() takes the direction of ${why}`, async () => {
    const { library, asked, embedded } = libraryOf([FIRST]);

    const wish = { query: undefined, mode: "semantic", vector: given } as const;
    await search(wishFor(wish), library);

    deepStrictEqual(asked, [{ mode: "semantic", vector: { text } }]);
    deepStrictEqual(embedded, []);
  });
}

const FAULTS: FaultKind[] = ["failed", "limited", "refused", "rejected"];

for (const kind of FAULTS) {
  const fault = () => Promise.reject(new EmbedFault(kind, "No", 2.5));

  Deno.test(`W15 search() looks for words alone while a provider has ${kind}`, async () => {
    const { library, asked } = libraryOf([FIRST], fault);

    const { mode } = await search(wishFor(), library);

    strictEqual(mode, "keyword");
    deepStrictEqual(asked, [{ mode: "hybrid" }, { mode: "keyword" }]);
  });

  Deno.test(`W15 search() by meaning says when to come back if a provider has ${kind}`, async () => {
    const { library } = libraryOf([FIRST], fault);

    await rejects(search(wishFor({ mode: "semantic" }), library), {
      status: 503,
      title: "Embedding unavailable",
    });
  });
}

Deno.test("search() learns of another index though the model of the last one is gone", async () => {
  const { library, asked, embedded } = libraryOf([FIRST, FIRST, SECOND]);
  await search(wishFor(), library);
  const gone: Library = {
    ...library,
    embedder(it) {
      const none = new EmbedFault("refused", "No such model");
      return it.model === FIRST.model
        ? Promise.reject(none)
        : library.embedder(it);
    },
  };

  const wish = wishFor({ mode: "semantic", query: "dog" });
  const { mode } = await search(wish, gone);

  strictEqual(mode, "semantic");
  deepStrictEqual(asked.slice(2).map(({ vector }) => vector?.generation), [
    undefined,
    12,
  ]);
  deepStrictEqual(embedded, ["told: cat", "other: dog"]);
});

Deno.test("search() asks a provider once that fails for an index that it remembers", async () => {
  let isDown = false;
  const { library, asked, embedded } = libraryOf([FIRST], () => {
    if (isDown) return Promise.reject(new EmbedFault("failed", "No"));
    return Promise.resolve({ vectors: [Float32Array.of(1, 0)], tokens: 1 });
  });
  await search(wishFor(), library);
  isDown = true;

  const { mode } = await search(wishFor({ query: "dog" }), library);

  strictEqual(mode, "keyword");
  deepStrictEqual(embedded, ["told: cat", "told: dog"]);
  deepStrictEqual(asked.slice(2), [{ mode: "hybrid" }, { mode: "keyword" }]);
});

Deno.test("search() remembers nothing of a provider that failed", async () => {
  let calls = 0;
  const { library } = libraryOf([FIRST], () => {
    if (++calls === 1) return Promise.reject(new EmbedFault("failed", "No"));
    return Promise.resolve({ vectors: [Float32Array.of(1, 0)], tokens: 1 });
  });

  const first = await search(wishFor(), library);
  const second = await search(wishFor(), library);

  deepStrictEqual([first.mode, second.mode], ["keyword", "hybrid"]);
});

Deno.test("search() passes on what the database refuses", async () => {
  const { library } = libraryOf([FIRST]);
  const unknown = problem(404, "Source not found")("Cannot");
  library.sources.search = () => Promise.reject(unknown);

  await rejects(search(wishFor(), library), unknown);
});

Deno.test("search() that is told to stop does not look for words", async () => {
  const stop = new AbortController();
  const { library, asked } = libraryOf([FIRST], (_, { signal }) => {
    stop.abort(new Error("Gone"));
    ok(signal.aborted);
    return Promise.reject(signal.reason);
  });

  const stopped = { ...library, signal: stop.signal };
  await rejects(search(wishFor(), stopped), /Gone/);

  deepStrictEqual(asked, [{ mode: "hybrid" }]);
});

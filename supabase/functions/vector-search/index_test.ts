import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { EmbedFault } from "../_shared/embed/embedder.ts";
import { problem } from "../_shared/problem.ts";
import { assertProblem } from "../_shared/testing/assert.ts";
import { testConfig } from "../_shared/testing/config.ts";
import { type Issuer, startIssuer } from "../_shared/testing/issuer.ts";
import vectorSearch from "./index.ts";
import type { Wish } from "./input.ts";
import { Memory } from "./memory.ts";
import type { Library } from "./search.ts";
import type { Result, Sources } from "./sources.ts";

const RESULT: Result = {
  key: { id: 7 },
  chunk: 0,
  content: "a <cat>",
  score: 1,
  metadata: { org: 3 },
};

/** A library in which one result is found by words, and nobody embeds. */
function outside(own: Partial<Sources> = {}) {
  const wishes: Wish[] = [];
  const library: Library = {
    sources: {
      search(wish) {
        wishes.push(wish);
        const { highlight } = wish;
        return Promise.resolve({
          ...{ outcome: "found", generation: 2, model: "static-en" },
          staleness: { queued: 1, oldestChange: "2026-01-01" },
          results: [
            { ...RESULT, ...highlight && { highlight: "a <\x02cat\x03>" } },
          ],
        });
      },
      admit: () => Promise.resolve({ remaining: 7, resetS: 0 }),
      list: () => Promise.resolve([{ source: "notes" }]),
      ...own,
    },
    embedder: () => Promise.reject(new EmbedFault("limited", "No", 4.2)),
    generations: new Memory(1),
    queries: new Memory(1),
    signal: AbortSignal.timeout(10_000),
  };
  return { library, wishes };
}

async function ask(
  issuer: Issuer,
  library: Library,
  wish: unknown,
): Promise<Response> {
  const { fetch } = vectorSearch.within(testConfig(issuer.url), library);
  return await fetch(
    new Request("http://localhost/vector-search", {
      method: "POST",
      body: JSON.stringify(wish),
      headers: {
        authorization: `Bearer ${await issuer.sign()}`,
        "content-type": "application/json",
      },
    }),
  );
}

const WORDS = { source: "notes", query: "cat", mode: "keyword" };

Deno.test("vector-search says what was found, how, and in which index", async () => {
  await using issuer = await startIssuer();
  const { library, wishes } = outside();

  const response = await ask(issuer, library, WORDS);

  strictEqual(response.status, 200);
  strictEqual(response.headers.get("cache-control"), "no-store");
  deepStrictEqual(await response.json(), {
    mode: "keyword",
    index: {
      generation: 2,
      model: "static-en",
      queued: 1,
      oldestChange: "2026-01-01",
    },
    results: [RESULT],
  });
  deepStrictEqual(wishes, [{
    ...{ ...WORDS, k: 10, filter: {}, groupBy: "row", highlight: false },
  }]);
});

Deno.test("vector-search marks words in HTML", async () => {
  await using issuer = await startIssuer();
  const { library } = outside();

  const response = await ask(issuer, library, { ...WORDS, highlight: true });

  const { results: [result] } = await response.json();
  strictEqual(result.highlight, "a &lt;<mark>cat</mark>&gt;");
  strictEqual(result.content, "a <cat>");
});

/** Nobody knows yet for which index a vector is needed. */
const UNEMBEDDED: Partial<Sources> = {
  search: () =>
    Promise.resolve({
      ...{ outcome: "embed", generation: 2, model: "m", dimensions: 2 },
    }),
};

Deno.test("W15 vector-search says when to come back while nobody embeds", async () => {
  await using issuer = await startIssuer();
  const { library } = outside(UNEMBEDDED);

  const wish = { ...WORDS, mode: "semantic" };
  const response = await ask(issuer, library, wish);

  strictEqual(response.headers.get("retry-after"), "5");
  await assertProblem(response, {
    status: 503,
    title: "Embedding unavailable",
    detail: "The provider of embeddings has had enough for now",
  });
});

Deno.test("vector-search passes on what the database refuses", async () => {
  await using issuer = await startIssuer();
  const unknown = problem(404, "Source not found")("Cannot find it");
  const { library } = outside({ search: () => Promise.reject(unknown) });

  const response = await ask(issuer, library, WORDS);

  const title = "Source not found";
  await assertProblem(response, { status: 404, title });
});

Deno.test("W12 vector-search says where a search is wrong, and asks nobody", async () => {
  await using issuer = await startIssuer();
  const { library, wishes } = outside();

  const response = await ask(issuer, library, { ...WORDS, k: 1e9 });

  await assertProblem(response, {
    status: 422,
    errors: [{ pointer: "#/k", detail: "Must be at most 100" }],
  });
  deepStrictEqual(wishes, []);
});

Deno.test("vector-search lists what one may search", async () => {
  await using issuer = await startIssuer();
  const { library } = outside();
  const { fetch } = vectorSearch.within(testConfig(issuer.url), library);
  const url = "http://localhost/vector-search/sources";
  const authorization = `Bearer ${await issuer.sign()}`;

  const listed = await fetch(new Request(url, { headers: { authorization } }));

  deepStrictEqual(await listed.json(), { sources: [{ source: "notes" }] });
  strictEqual(listed.headers.get("cache-control"), "no-store");
});

/** Credentials of nobody who has signed in. */
const STRANGERS: [who: string, headers: HeadersInit][] = [
  ["nobody", {}],
  ["a publishable key", { apikey: "sb_publishable_test" }],
  ["a secret key, which no row-level security holds back", {
    apikey: "sb_secret_test",
  }],
  ["a token of nobody", { authorization: "Bearer x.y.z" }],
];

for (const [who, headers] of STRANGERS) {
  Deno.test(`C1 vector-search finds nothing for ${who}`, async () => {
    await using issuer = await startIssuer();
    const { library, wishes } = outside({
      list: () => Promise.reject(new Error("Not in this test")),
    });
    const { fetch } = vectorSearch.within(testConfig(issuer.url), library);
    const url = "http://localhost/vector-search";

    const found = await fetch(
      new Request(url, {
        method: "POST",
        body: JSON.stringify(WORDS),
        headers,
      }),
    );
    const listed = await fetch(new Request(`${url}/sources`, { headers }));

    await assertProblem(found, { status: 401 });
    await assertProblem(listed, { status: 401 });
    deepStrictEqual(wishes, []);
  });
}

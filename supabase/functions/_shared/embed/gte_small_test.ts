import {
  deepStrictEqual,
  rejects,
  strictEqual,
  throws,
} from "node:assert/strict";
import { gteSmall, type Session } from "./gte_small.ts";

/** A session as the platform's answers, but for its numbers. */
function sessionOf(run: Session["run"]): Session {
  return { run };
}

function how(signal = new AbortController().signal) {
  return { purpose: "passage", signal } as const;
}

/** All in one direction, which is another for each text. */
function numbers(at: number): number[] {
  return Array.from({ length: 384 }, (_, index) => index === at ? 2 : 0);
}

Deno.test("gteSmall() asks for one text after another, pooled and normalised", async () => {
  const asked: unknown[] = [];
  const session = sessionOf((text, options) => {
    asked.push([text, options]);
    return Promise.resolve(numbers(text.length));
  });

  const { vectors, tokens } = await gteSmall(session).embed(
    ["a", "bc"],
    how(),
  );

  const options = { "mean_pool": true, normalize: true };
  deepStrictEqual(asked, [["a", options], ["bc", options]]);
  deepStrictEqual(vectors.map((it) => it.indexOf(1)), [1, 2]);
  strictEqual(tokens, 1);
});

Deno.test("gteSmall() knows how much may be asked for", () => {
  const { dimensions, maxBatch, maxTokens } = gteSmall(
    sessionOf(() => Promise.resolve([])),
  );

  deepStrictEqual([dimensions, maxBatch, maxTokens], [384, 5, 512]);
});

const BROKEN: [why: string, run: Session["run"]][] = [
  ["an error", () => Promise.reject(new Error("a secret text"))],
  ["nothing", () => Promise.resolve(undefined)],
  ["an error as a value", () => Promise.resolve({ error: "a secret text" })],
  ["another model's vector", () => Promise.resolve([1, 2, 3])],
  ["zeros", () => Promise.resolve(numbers(-1))],
];

for (const [why, run] of BROKEN) {
  Deno.test(`gteSmall() fails when the model answers with ${why}`, async () => {
    const error = await gteSmall(sessionOf(run)).embed(["a secret text"], how())
      .catch((it) => it);

    strictEqual(error.kind, "failed");
    strictEqual(`${error.stack}`.includes("a secret text"), false);
  });
}

Deno.test("gteSmall() stops when the caller has gone", async () => {
  const leaving = new AbortController();
  const asked: string[] = [];
  const session = sessionOf((text) => {
    asked.push(text);
    leaving.abort(new Error("Gone"));
    return Promise.resolve(numbers(0));
  });

  const answer = gteSmall(session).embed(["a", "b"], how(leaving.signal));

  await rejects(answer, { message: "Gone" });
  deepStrictEqual(asked, ["a"]);
});

Deno.test("gteSmall() says what to take where the runtime has no model", () => {
  throws(() => gteSmall(), {
    kind: "refused",
    message: /^Only Supabase's runtime has gte-small: take static-en, or /,
  });
});

Deno.test("gteSmall() loads the runtime's model once", async () => {
  const loaded: string[] = [];
  class Model {
    constructor(name: string) {
      loaded.push(name);
    }
    run() {
      return Promise.resolve(numbers(3));
    }
  }
  // As the platform has it, which the tests' runtime has not.
  Reflect.set(globalThis, "Supabase", { ai: { Session: Model } });
  try {
    await gteSmall().embed(["a"], how());
    await gteSmall().embed(["b"], how());
  } finally {
    Reflect.deleteProperty(globalThis, "Supabase");
  }

  deepStrictEqual(loaded, ["gte-small"]);
});

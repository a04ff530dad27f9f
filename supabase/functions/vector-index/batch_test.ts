import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { createHash } from "node:crypto";
import { EmbedFault } from "../_shared/embed/embedder.ts";
import { type Bench, index } from "./batch.ts";
import type { Queue, Row } from "./queue.ts";
import {
  claimOf,
  type Desk,
  deskThat,
  type Model,
  modelThat,
  rowOf,
} from "./testing/desk.ts";

const { signal } = new AbortController();

function benchOf({ queue }: Desk, model: Model): Bench {
  return { queue, embedder: () => Promise.resolve(model), signal };
}

/** As Postgres writes bytes. */
function hashOf(text: string): string {
  return `\\x${createHash("sha256").update(text).digest("hex")}`;
}

/** Notes what a method of a queue is given, after the generation. */
function notes() {
  const calls: unknown[][] = [];
  const note = (...all: unknown[]) => void calls.push(all.slice(1));
  return { calls, note };
}

Deno.test("index() settles every row with its chunks, and their hashes", async () => {
  const desk = deskThat({});
  const rows = [rowOf(1, "one\n\ntwo ".repeat(12)), rowOf(2, "two"), rowOf(3)];

  const outcome = await index(claimOf(rows), benchOf(desk, modelThat()));

  const [long, short, gone] = desk.done;
  ok((long?.chunks.length ?? 0) > 1);
  for (const { content, hash } of long?.chunks ?? []) {
    strictEqual(hash, hashOf(content));
  }
  deepStrictEqual(short, {
    ...{ key: "[2]", version: "2", seal: "\\x02", metadata: undefined },
    chunks: [{ content: "two", hash: hashOf("two") }],
  });
  deepStrictEqual(gone?.chunks, []);
  const chunks = (long?.chunks.length ?? 0) + 1;
  deepStrictEqual(outcome, {
    ...{ written: 3, moved: 0, lost: 0, chunks, failed: 0 },
  });
});

Deno.test("index() asks for each text once, and for none that its row has", async () => {
  const desk = deskThat({});
  const model = modelThat({ isFree: true });
  const held: Row = { ...rowOf(1, "held"), hashes: [hashOf("held")] };

  await index(
    claimOf([held, rowOf(2, "a"), rowOf(3, "a")]),
    benchOf(desk, model),
  );

  deepStrictEqual(model.calls, [["a"]]);
});

Deno.test("index() opens no model for rows that need none", async () => {
  const desk = deskThat({});
  const held: Row = { ...rowOf(1, "held"), hashes: [hashOf("held")] };
  const embedder = () => Promise.reject(new Error("Not in this test"));

  const { written } = await index(claimOf([held, rowOf(2)]), {
    ...{ queue: desk.queue, embedder, signal },
  });

  strictEqual(written, 2);
  deepStrictEqual(desk.steps, ["settle"]);
});

/** A model, for three new texts, and what is done to the queue. */
const WAYS: [why: string, model: Model, steps: string[]][] = [
  ["a free model", modelThat({ isFree: true, maxBatch: 2 }), ["settle"]],
  ["one call of a paid model", modelThat(), ["reserve", "settle"]],
  [
    "two calls of a paid model",
    modelThat({ maxBatch: 2 }),
    ["reserve", "keep", "keep", "settle"],
  ],
];

for (const [why, model, steps] of WAYS) {
  Deno.test(`index() does no more than it must for ${why}`, async () => {
    const desk = deskThat({});
    const rows = ["a", "b", "c"].map((it, n) => rowOf(n, it));

    await index(claimOf(rows), benchOf(desk, model));

    deepStrictEqual(desk.steps, steps);
  });
}

Deno.test("index() hands over the vectors that are not in the database yet", async () => {
  const { calls, note } = notes();
  const settle: Queue["settle"] = (...all) => {
    note(...all);
    return Promise.resolve({ written: 1, moved: 0, lost: 0 });
  };
  const desk = deskThat({}, { settle });

  for (const isFree of [true, false]) {
    const bench = benchOf(desk, modelThat({ isFree }));
    await index(claimOf([rowOf(1, "a")]), bench);
  }

  deepStrictEqual(
    calls.map(([, more]) => more),
    [false, true].map((paid) => ({
      vectors: { [hashOf("a")]: "{600000e-6,-800000e-6}" },
      used: { calls: 1, texts: 1, tokens: 1 },
      paid,
    })),
  );
});

Deno.test("index() does not pay for a text again", async () => {
  const desk = deskThat({}, {
    reserve: () => Promise.resolve({ known: [hashOf("b")], deferred: [] }),
  });
  const model = modelThat();

  await index(claimOf([rowOf(1, "a"), rowOf(2, "b")]), benchOf(desk, model));

  deepStrictEqual(model.calls, [["a"]]);
});

Deno.test("index() leaves rows alone that wait for another run's vectors", async () => {
  const desk = deskThat({}, {
    reserve: () => Promise.resolve({ known: [], deferred: ["[2]"] }),
  });
  const model = modelThat();
  const rows = [rowOf(1, "a"), rowOf(2, "b"), rowOf(3, "b"), rowOf(4)];

  const outcome = await index(claimOf(rows), benchOf(desk, model));

  deepStrictEqual(model.calls, [["a", "b"]]);
  deepStrictEqual(desk.done.map(({ key }) => key), ["[1]", "[3]", "[4]"]);
  strictEqual(outcome.chunks, 2);
});

Deno.test("index() reserves what it has to ask for, and nothing else", async () => {
  const { calls, note } = notes();
  const desk = deskThat({}, {
    reserve(...all) {
      note(...all);
      return Promise.resolve({ known: [], deferred: [] });
    },
  });
  const held: Row = { ...rowOf(1, "held"), hashes: [hashOf("held")] };
  const rows = [held, rowOf(2, "a"), rowOf(3)];

  await index(claimOf(rows), benchOf(desk, modelThat()));

  deepStrictEqual(calls, [[[{ key: "[2]", hashes: [hashOf("a")] }]]]);
});

Deno.test("W9 index() says of a row that it is at fault, and settles the others", async () => {
  const { calls, note } = notes();
  const fail: Queue["fail"] = (...all) => {
    note(...all);
    return Promise.resolve(1);
  };
  const desk = deskThat({}, { fail });
  const fault = (texts: readonly string[]) =>
    texts.some((it) => it.includes("BAD")) ? "rejected" as const : undefined;
  const long = `${"good ".repeat(20)}\n\nBAD ${"good ".repeat(20)}`;

  const outcome = await index(
    claimOf([rowOf(1, "good"), rowOf(2, long), rowOf(3)]),
    benchOf(desk, modelThat({ fault })),
  );

  deepStrictEqual(desk.done.map(({ key }) => key), ["[1]", "[3]"]);
  deepStrictEqual(calls, [[
    [{ key: "[2]", seal: "\\x02", reason: "As it was told" }],
  ]]);
  deepStrictEqual([outcome.failed, outcome.written], [1, 2]);
});

Deno.test("W9 index() settles the others before it says whose fault it is", async () => {
  const down = new Error("Down");
  const desk = deskThat({}, { fail: () => Promise.reject(down) });
  const fault = ([text = ""]: readonly string[]) =>
    text === "BAD" ? "rejected" as const : undefined;
  const bench = benchOf(desk, modelThat({ fault }));

  const rows = [rowOf(1, "BAD"), rowOf(2, "good")];
  await rejects(index(claimOf(rows), bench), down);

  deepStrictEqual(desk.done.map(({ key }) => key), ["[2]"]);
});

Deno.test("W9 index() leaves a provider alone, and blames no row", async () => {
  const { calls, note } = notes();
  const pause: Queue["pause"] = (...all) => {
    note(...all);
    return Promise.resolve();
  };
  const desk = deskThat({}, { pause });
  const limited = modelThat({ fault: () => "limited" });

  const outcome = await index(
    claimOf([rowOf(1, "a")]),
    benchOf(desk, limited),
  );

  strictEqual(outcome.paused, "limited: As it was told");
  deepStrictEqual(calls, [[{ reason: outcome.paused, pauseS: 7 }]]);
  deepStrictEqual(desk.steps, ["reserve"]);
});

Deno.test("index() leaves a model alone that is not to be had", async () => {
  const desk = deskThat({});
  const embedder = () => Promise.reject(new EmbedFault("refused", "No key"));

  const { queue } = desk;
  const outcome = await index(claimOf([rowOf(1, "a")]), {
    ...{ queue, embedder, signal },
  });

  strictEqual(outcome.paused, "refused: No key");
  deepStrictEqual(desk.steps, ["pause"]);
});

Deno.test("W9 index() keeps what it has paid for when the provider gives up", async () => {
  const desk = deskThat({});
  let calls = 0;
  const fault = () => {
    calls++;
    if (calls === 1) return "rejected" as const;
    return calls === 4 ? "limited" as const : undefined;
  };
  const bench = benchOf(desk, modelThat({ fault }));

  await index(claimOf([rowOf(1, "a"), rowOf(2, "b")]), bench);

  // The first call, the probe, one half, and the other.
  strictEqual(calls, 4);
  deepStrictEqual(desk.steps, ["reserve", "keep", "pause"]);
});

Deno.test("index() passes on what is nobody's fault, and keeps what it has paid for", async () => {
  const down = new Error("Down");
  const settle = () => Promise.reject(down);
  const STEPS: [own: Partial<Queue>, model: Model, steps: string[]][] = [
    [{ settle }, modelThat(), ["reserve", "keep"]],
    [{ settle, keep: settle }, modelThat(), ["reserve"]],
    [{ settle }, modelThat({ isFree: true }), []],
  ];

  for (const [own, model, steps] of STEPS) {
    const desk = deskThat({}, own);

    const bench = benchOf(desk, model);
    await rejects(index(claimOf([rowOf(1, "a")]), bench), down);

    deepStrictEqual(desk.steps, steps);
  }
});

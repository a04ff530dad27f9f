import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { EmbedFault, type FaultKind } from "../_shared/embed/embedder.ts";
import { type Model, modelThat } from "./testing/desk.ts";
import { type Answered, embedAll, type Text } from "./vectors.ts";

const { signal } = new AbortController();

/** A hundred texts; those of these numbers are bad. */
function texts(...bad: readonly number[]): Text[] {
  return Array.from({ length: 100 }, (_, n) => {
    return [`h${n}`, bad.includes(n) ? `bad ${n}` : `good ${n}`];
  });
}

function isBad(text: string): boolean {
  return text.startsWith("bad");
}

/** What the model made of `given`, and all that was kept. */
async function embed(model: Model, given: readonly Text[]) {
  const kept: Answered[] = [];
  const keep = (answered: Answered) => {
    kept.push(answered);
    return Promise.resolve();
  };
  const asking = { embedder: model, signal, keep };
  const outcome = await embedAll(given, asking).catch((error) => error);
  const hashes = kept.flatMap(({ vectors }) => Object.keys(vectors));
  return { outcome, kept, hashes };
}

Deno.test("embedAll() asks for as many texts at once as the model takes", async () => {
  const model = modelThat({ maxBatch: 40 });

  const { outcome, hashes } = await embed(model, texts());

  deepStrictEqual(model.calls.map((it) => it.length), [40, 40, 20]);
  deepStrictEqual(outcome, new Map());
  deepStrictEqual(hashes, texts().map(([hash]) => hash));
});

Deno.test("embedAll() has vectors as Postgres reads them, and what they cost", async () => {
  const { kept } = await embed(modelThat(), texts().slice(0, 2));

  const vector = "{600000e-6,-800000e-6}";
  deepStrictEqual(kept, [{
    vectors: { h0: vector, h1: vector },
    used: { calls: 1, texts: 2, tokens: 2 },
  }]);
});

Deno.test("embedAll() asks for nothing if there is nothing", async () => {
  const model = modelThat();

  await embed(model, []);

  deepStrictEqual(model.calls, []);
});

for (const kind of ["rejected", "failed"] as const) {
  Deno.test(`W9 embedAll() finds one text of 100 that is ${kind}, in few calls`, async () => {
    const fault = (all: readonly string[]) =>
      all.some(isBad) ? kind : undefined;
    const model = modelThat({ fault });

    const { outcome, hashes } = await embed(model, texts(41));

    deepStrictEqual([...outcome], [["h41", "As it was told"]]);
    deepStrictEqual(
      hashes.toSorted(),
      texts().map(([hash]) => hash).filter((it) => it !== "h41").toSorted(),
    );
    // Two for each time that 100 can be halved, the first, the probe, and again.
    ok(model.calls.length <= 2 * 7 + 3, `${model.calls.length} calls`);
  });
}

Deno.test("W9 embedAll() finds every bad text, and asks once whether the model is well", async () => {
  const fault = (all: readonly string[]) =>
    all.some(isBad) ? "rejected" : undefined;
  const model = modelThat({ maxBatch: 25, fault });

  const { outcome, hashes } = await embed(model, texts(0, 1, 50, 99));

  deepStrictEqual([...outcome.keys()], ["h0", "h1", "h50", "h99"]);
  strictEqual(hashes.length, 96);
  const probes = model.calls.filter(([text, more]) => {
    return more === undefined && !/^(?:good|bad)/.test(text ?? "");
  });
  strictEqual(probes.length, 1);
});

/** What a model says of everything, what it is taken for, and after how much. */
const ALWAYS: [says: FaultKind, means: FaultKind, calls: number][] = [
  ["failed", "failed", 2],
  ["rejected", "refused", 2],
  ["limited", "limited", 1],
  ["refused", "refused", 1],
];

for (const [says, means, calls] of ALWAYS) {
  Deno.test(`W9 embedAll() takes a model for ${means} that has ${says} everything`, async () => {
    const model = modelThat({ fault: () => says });

    const { outcome, hashes } = await embed(model, texts());

    ok(outcome instanceof EmbedFault);
    deepStrictEqual([outcome.kind, model.calls.length], [means, calls]);
    strictEqual(outcome.retryS, says === "limited" ? 7 : undefined);
    deepStrictEqual(hashes, []);
  });
}

Deno.test("embedAll() blames no text for what fails once", async () => {
  let calls = 0;
  const model = modelThat({
    fault: () => calls++ === 0 ? "failed" : undefined,
  });

  const { outcome, hashes } = await embed(model, texts().slice(0, 1));

  deepStrictEqual(outcome, new Map());
  deepStrictEqual(hashes, ["h0"]);
});

Deno.test("embedAll() does not ask again for one text that was rejected", async () => {
  const fault = ([text = ""]: readonly string[]) =>
    isBad(text) ? "rejected" : undefined;
  const model = modelThat({ fault });

  await embed(model, texts(0).slice(0, 1));

  strictEqual(model.calls.filter(([text = ""]) => isBad(text)).length, 1);
});

Deno.test("embedAll() keeps what was answered before the model had enough", async () => {
  let calls = 0;
  const model = modelThat({
    maxBatch: 30,
    fault: () => ++calls === 3 ? "limited" : undefined,
  });

  const { outcome, hashes } = await embed(model, texts());

  ok(outcome instanceof EmbedFault);
  strictEqual(hashes.length, 60);
  strictEqual(model.calls.length, 3);
});

Deno.test("embedAll() asks for no more before what it has is kept", async () => {
  const model = modelThat({ maxBatch: 50 });
  const full = new Error("The database is full");
  const keep = () => Promise.reject(full);

  const asked = embedAll(texts(), { embedder: model, signal, keep });

  await rejects(asked, full);
  strictEqual(model.calls.length, 1);
});

Deno.test("embedAll() passes on what is no fault of a model", async () => {
  const gone = new Error("Gone");
  const model = { ...modelThat(), embed: () => Promise.reject(gone) };

  const { outcome } = await embed(model, texts());

  strictEqual(outcome, gone);
});

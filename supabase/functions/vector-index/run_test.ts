import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { BUDGET, type Budget, OPERATOR } from "./policy.ts";
import { work } from "./run.ts";
import {
  type Office,
  officeThat,
  rowOf as into,
  rowsTask,
} from "./testing/sink.ts";
import {
  claimOf,
  type Desk,
  deskThat,
  modelThat,
  rowOf,
} from "./testing/desk.ts";

const { signal } = new AbortController();

/** Works at a desk, without waiting unless `own` says so. */
function run({ queue }: Desk, own: Partial<Budget> = {}, stop = signal) {
  const embedder = () => Promise.resolve(modelThat({ isFree: true }));
  return work({ queue, embedder, signal: stop }, { ...OPERATOR, ...own });
}

/** The same, with Vector buckets behind it. */
function runInto({ queue }: Desk, { sink }: Office, own: Partial<Budget> = {}) {
  const embedder = () => Promise.resolve(modelThat({ isFree: true }));
  return work({ queue, embedder, signal }, { ...OPERATOR, ...own }, sink);
}

const PUT = rowsTask([into(1, 1)]);

/** One row of one chunk. */
const ONE = claimOf([rowOf(1, "one")]);

function count(steps: readonly string[], name: string): number {
  return steps.filter((it) => it === name).length;
}

Deno.test("work() does one claim after another until nothing is due", async () => {
  const desk = deskThat({
    claims: [{ ...claimOf([rowOf(1, "a"), rowOf(2)]), buried: 2 }, ONE],
  });

  const tally = await run(desk);

  deepStrictEqual(tally, {
    ...{ written: 3, moved: 0, failed: 0, buried: 2, chunks: 2, paused: [] },
  });
  deepStrictEqual(desk.steps, [
    ...["claim", "settle", "claim", "settle", "claim", "tend", "end"],
  ]);
});

Deno.test("work() goes on after a claim of which nothing is left to do", async () => {
  const desk = deskThat({ claims: [{ ...claimOf([]), buried: 3 }, ONE] });

  const { buried, written } = await run(desk);

  deepStrictEqual([buried, written], [3, 1]);
});

Deno.test("work() says of every provider why it was left alone", async () => {
  const desk = deskThat({ claims: [ONE, ONE] });
  const model = modelThat({ isFree: true, fault: () => "failed" });
  const embedder = () => Promise.resolve(model);

  const bench = { queue: desk.queue, embedder, signal };
  const { paused, written } = await work(bench, OPERATOR);

  strictEqual(written, 0);
  deepStrictEqual(paused, Array(2).fill("failed: As it was told"));
});

Deno.test("work() fills and repairs as long as there is more, and looks in between", async () => {
  const more = { more: true, waitS: undefined };
  const desk = deskThat({ claims: [null, ONE], tends: [more, more] });

  const { written } = await run(desk);

  strictEqual(written, 1);
  deepStrictEqual(desk.steps, [
    ...["claim", "tend", "claim", "settle"],
    ...["claim", "tend", "claim", "tend", "end"],
  ]);
});

Deno.test("work() does at once what has become due since it looked", async () => {
  const due = { more: false, waitS: 0 };
  const desk = deskThat({ claims: [null, ONE], tends: [due] });

  strictEqual((await run(desk)).written, 1);
});

Deno.test("work() that lingers finds what comes after it has found nothing", async () => {
  const claims = [null, null, null, ONE];
  const lingering = { lingerMs: Infinity, patienceMs: 1_000, pollMs: 0 };

  const desk = deskThat({ claims });
  const tally = await run(desk, { ...lingering, maxCalls: 20 });

  strictEqual(tally.written, 1);
  strictEqual((await run(deskThat({ claims }))).written, 0);
});

Deno.test("work() waits for rows whose time is to come, if that is soon", async () => {
  const soon = { more: false, waitS: 0.001 };
  const plan = { claims: [null, ONE], tends: [soon] };

  const patient = await run(deskThat(plan), { patienceMs: 1_000 });
  const hasty = await run(deskThat(plan), { patienceMs: 0 });

  deepStrictEqual([patient.written, hasty.written], [1, 0]);
});

Deno.test("work() waits for nothing that comes later than it has time", async () => {
  const late = { more: false, waitS: 3_600 };

  for (const own of [{ patienceMs: 1_000 }, { patienceMs: Infinity }]) {
    const desk = deskThat({ claims: [null, ONE], tends: [late] });
    strictEqual((await run(desk, own)).written, 0);
  }
});

/** What is used up, and how many of five claims of a row are done. */
const BOUNDS: [why: string, own: Partial<Budget>, done: number][] = [
  ["chunks", { maxChunks: 2 }, 2],
  ["time", { wallMs: -1 }, 0],
  ["calls", { maxCalls: 5 }, 2],
  ["CPU", { maxCpuMs: 0 }, 1],
];

for (const [why, own, done] of BOUNDS) {
  Deno.test(`work() ends when it has used its ${why}, and gives back`, async () => {
    const desk = deskThat({ claims: Array(5).fill(ONE) });

    const { written } = await run(desk, own);

    strictEqual(written, done);
    strictEqual(desk.steps.at(-1), "end");
    strictEqual(count(desk.steps, "end"), 1);
  });
}

Deno.test("work() leaves what is too much for it in a claim, and ends", async () => {
  const text = "word ".repeat(80_000);
  const chunking = {
    format: "text",
    maxTokens: 8192,
    overlapTokens: 0,
  } as const;
  const large = claimOf([1, 2, 3].map((n) => rowOf(n, text)));
  const desk = deskThat({ claims: [{ ...large, chunking }, ONE] });

  const { written } = await run(desk, { maxCpuMs: 100 });

  strictEqual(written, 1);
  deepStrictEqual(desk.steps, ["claim", "settle", "end"]);
});

Deno.test("work() gives back what it has when something fails", async () => {
  const down = new Error("Down");
  for (const method of ["claim", "settle", "tend"] as const) {
    const own = { [method]: () => Promise.reject(down) };
    const desk = deskThat({ claims: [ONE] }, own);

    await rejects(run(desk), down);

    strictEqual(desk.steps.at(-1), "end", method);
  }
});

/** When somebody tells a run to stop that is about to wait. */
const STOPS: [when: string, call: (stop: () => void) => void][] = [
  ["before it waits", (stop) => stop()],
  ["while it waits", (stop) => void setTimeout(stop)],
];

for (const [when, call] of STOPS) {
  Deno.test(`work() that is told to stop ${when} gives back`, async () => {
    const stop = new AbortController();
    const desk = deskThat({}, {
      tend() {
        call(() => stop.abort(new Error("Time is up")));
        return Promise.resolve({ more: false, waitS: 3_600 });
      },
    });
    const patient = { wallMs: Infinity, patienceMs: Infinity };

    await rejects(run(desk, patient, stop.signal), /Time is up/);

    strictEqual(desk.steps.at(-1), "end");
  });
}

Deno.test("W8 work() says that it lives, also if nobody hears it", async () => {
  const heard = Promise.withResolvers<null>();
  let beats = 0;
  const desk = deskThat({}, {
    beat(leaseS) {
      strictEqual(leaseS, BUDGET.leaseS);
      if (++beats === 3) heard.resolve(null);
      return Promise.reject(new Error("Down"));
    },
    claim: () => heard.promise,
  });

  await run(desk, { beatMs: 1 });

  ok(beats >= 3);
  deepStrictEqual(desk.steps, ["tend", "end"]);
});

Deno.test("BUDGET has a run beat several times in a lease", () => {
  ok(BUDGET.leaseS * 1000 > 3 * BUDGET.beatMs);
});

Deno.test("work() looks at its table between two steps into buckets", async () => {
  const desk = deskThat({ claims: [ONE, null, ONE] });
  const office = officeThat([PUT, PUT]);

  const { written, sink } = await runInto(desk, office);

  deepStrictEqual([written, sink?.written], [2, 2]);
  deepStrictEqual(desk.steps, [
    ...["claim", "settle", "claim", "tend", "claim", "settle"],
    ...["claim", "tend", "claim", "tend", "end"],
  ]);
});

Deno.test("work() asks for buckets no more than it must", async () => {
  const desk = deskThat({});
  const office = officeThat([]);

  const lingering = { lingerMs: Infinity, patienceMs: 1_000, pollMs: 0 };
  const tally = await runInto(desk, office, { ...lingering, maxCalls: 20 });

  deepStrictEqual(office.names(), ["claim"]);
  ok(!("sink" in tally));
  strictEqual(count(desk.steps, "claim"), 20);
});

Deno.test("work() goes on with buckets when it has made as many chunks as it may", async () => {
  const desk = deskThat({ claims: Array(5).fill(ONE) });
  const office = officeThat([PUT, PUT, PUT]);

  const { written, sink } = await runInto(desk, office, { maxChunks: 2 });

  deepStrictEqual([written, sink?.written], [2, 3]);
  strictEqual(desk.steps.at(-1), "end");
});

Deno.test("work() gives back what it has when something fails on the way to a bucket", async () => {
  const down = new Error("Down");
  const desk = deskThat({ claims: [ONE] });
  const claim = () => Promise.reject(down);

  await rejects(runInto(desk, officeThat([], { ledger: { claim } })), down);

  deepStrictEqual(desk.steps, ["claim", "settle", "claim", "tend", "end"]);
});

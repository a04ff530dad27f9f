import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { FUEL, FULL, metered } from "./fuel.ts";
import * as w from "./wasm/testing/assembled.ts";

const { BLOCK, BR, BR_IF, CALL, CONST, EMPTY, END, GET, IF, LOOP, SET } = w;

/** From the parameter down to zero, in rounds of a difference and a branch. */
const ROUNDS = [
  ...[LOOP, EMPTY, GET, 0, CONST, 1, w.SUB, w.TEE, 0, BR_IF, 0, END],
  ...[CONST, 7],
];

/** The last Fibonacci number but `n`, by two calls each. */
const FIBONACCI = [
  ...[GET, 0, CONST, 2, 0x48, IF, w.I32, GET, 0, w.ELSE],
  ...[GET, 0, CONST, 1, w.SUB, CALL, 0],
  ...[GET, 0, CONST, 2, w.SUB, CALL, 0, w.ADD, END],
];

/** 30 sums, which leave the stack as it was. */
const THIRTY = Array.from(
  { length: 30 },
  () => [CONST, 1, GET, 1, w.ADD, SET, 1],
).flat();

interface Host {
  readonly fuel: WebAssembly.Global;
  readonly full: WebAssembly.Global;
  readonly memory: WebAssembly.Memory;
  call(name: string, parameter: number): number;
  /** What a call takes. */
  spent(name: string, parameter: number): number;
}

function hosted(functions: w.Functions, maxPages = 4): Host {
  const bytes = metered(w.assembled(functions), { maxPages });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const exports = instance.exports as Record<string, unknown>;
  const fuel = exports[FUEL] as WebAssembly.Global;
  const call = (name: string, parameter: number) =>
    (exports[name] as (parameter: number) => number)(parameter);
  return {
    fuel,
    full: exports[FULL] as WebAssembly.Global,
    memory: exports.memory as WebAssembly.Memory,
    call,
    spent(name, parameter) {
      fuel.value = 1_000_000_000_000n;
      call(name, parameter);
      return Number(1_000_000_000_000n - fuel.value);
    },
  };
}

/** Calls that go on for ever without a meter. */
const ENDLESS: readonly [why: string, functions: w.Functions][] = [
  ["a loop", { endless: [LOOP, EMPTY, BR, 0, END, CONST, 0] }],
  [
    "a loop in what is run once",
    { endless: [BLOCK, EMPTY, LOOP, EMPTY, BR, 0, END, END, CONST, 0] },
  ],
  [
    "a loop by a table of branches",
    { endless: [LOOP, EMPTY, GET, 0, w.BR_TABLE, 1, 0, 0, END, CONST, 0] },
  ],
  ["a function that calls itself", { endless: [GET, 0, CALL, 0] }],
  [
    "functions that call each other by the table",
    {
      endless: [GET, 0, CONST, 1, w.CALL_INDIRECT, 0, 0],
      other: [GET, 0, CONST, 0, w.CALL_INDIRECT, 0, 0],
    },
  ],
  [
    "fills of no bytes",
    {
      endless: [
        ...[LOOP, EMPTY, CONST, 0, CONST, 0, CONST, 0, ...w.FILL, BR, 0, END],
        ...[CONST, 0],
      ],
    },
  ],
];

for (const [why, functions] of ENDLESS) {
  Deno.test(`metered() ends ${why}`, () => {
    const { fuel, call } = hosted(functions);
    fuel.value = 5_000n;

    throws(() => call("endless", 1), WebAssembly.RuntimeError);

    ok(Number(fuel.value) < 0);
  });
}

Deno.test("metered() leaves results as they are", () => {
  const { call, fuel } = hosted({ fibonacci: FIBONACCI, rounds: ROUNDS });
  fuel.value = 1_000_000n;

  const results = [call("fibonacci", 20), call("rounds", 9)];

  deepStrictEqual(results, [6765, 7]);
});

Deno.test("a call takes the same each time, and it can be just enough", () => {
  const { call, fuel, spent } = hosted({ fibonacci: FIBONACCI });

  const taken = spent("fibonacci", 15);

  strictEqual(spent("fibonacci", 15), taken);
  fuel.value = BigInt(taken);
  strictEqual(call("fibonacci", 15), 610);
  fuel.value = BigInt(taken) - 1n;
  throws(() => call("fibonacci", 15), WebAssembly.RuntimeError);
});

Deno.test("each round of a loop takes what is in it", () => {
  const { spent } = hosted({ rounds: ROUNDS });

  const rounds = [1, 2, 1_001].map((n) => spent("rounds", n));

  const [one = 0, two = 0, many = 0] = rounds;
  const round = two - one;
  ok(round >= 2 && round <= 3, `${round}`);
  strictEqual(many, one + 1_000 * round);
});

Deno.test("what is long and only sometimes run is paid for where it is run", () => {
  const { spent } = hosted({
    branch: [GET, 0, IF, EMPTY, ...THIRTY, END, CONST, 0],
    early: [BLOCK, EMPTY, GET, 0, BR_IF, 0, ...THIRTY, END, CONST, 0],
  });

  strictEqual(spent("branch", 1) - spent("branch", 0), 30);
  strictEqual(spent("early", 0) - spent("early", 1), 30);
});

Deno.test("what is filled and copied is paid for by 8 bytes", () => {
  const { spent } = hosted({
    fill: [CONST, 0, CONST, 1, GET, 0, ...w.FILL, CONST, 0],
    copy: [CONST, 0, CONST, 8, GET, 0, ...w.COPY, CONST, 0],
  });

  strictEqual(spent("fill", 65_536) - spent("fill", 0), 8_192);
  strictEqual(spent("copy", 8_000) - spent("copy", 0), 1_000);
});

Deno.test("a memory grows to its end, and not further", () => {
  const { call, fuel, full, memory } = hosted({
    grow: [GET, 0, ...w.GROW],
  }, 3);
  fuel.value = 1_000_000n;

  const grown = [[call("grow", 2), full.value], [call("grow", 1), full.value]];

  deepStrictEqual(grown, [[1, 0], [-1, 1]]);
  strictEqual(memory.buffer.byteLength, 3 * 65_536);
});

Deno.test("nothing runs before a host has said what it may take", () => {
  const bytes = w.assembled({ rounds: ROUNDS });
  const run = (wasm: Uint8Array<ArrayBuffer>) => {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm));
    return (exports.rounds as (n: number) => number)(3);
  };

  throws(() => run(metered(bytes, { maxPages: 1 })), WebAssembly.RuntimeError);
  strictEqual(run(metered(bytes, { maxPages: 1, initialFuel: 99 })), 7);
});

Deno.test("metered() takes no module that begins with more memory", () => {
  throws(() => metered(w.assembled({}), { maxPages: 0 }), /1 pages of 0/);
});

Deno.test("metered() takes nothing that it does not know", () => {
  const unknown = w.assembled({ f: [0x06, EMPTY, END, CONST, 0] }); // `try`

  throws(() => metered(unknown, { maxPages: 1 }), /instruction 0x6/);
  throws(() => metered(Uint8Array.of(1, 2, 3), { maxPages: 1 }));
});

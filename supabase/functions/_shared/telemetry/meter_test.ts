import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { COUNTED } from "./catalogue.ts";
import { Meter } from "./meter.ts";
import { counter, histogram } from "./metric.ts";

const CATS = counter("portico_cats_total", "Cats.", ["colour"]);
const NAPS = histogram("portico_naps_seconds", "Naps.", {
  labels: [],
  bounds: [1, 10],
});

Deno.test("Meter adds up what has the same labels", () => {
  const meter = new Meter("test");

  meter.count(CATS, { colour: "red" });
  meter.count(CATS, { colour: "black" }, 2);
  meter.count(CATS, { colour: "red" }, 0.5);

  deepStrictEqual(meter.take(), [
    { metric: CATS.name, labels: { colour: "red" }, value: [1.5] },
    { metric: CATS.name, labels: { colour: "black" }, value: [2] },
  ]);
  deepStrictEqual(meter.take(), []);
});

Deno.test("Meter knows how many were within each bound, and the sum", () => {
  const meter = new Meter("test");

  for (const seconds of [0, 1, 1.5, 10, 11, 100]) {
    meter.observe(NAPS, {}, seconds);
  }

  const [sample] = meter.take();
  deepStrictEqual(sample?.value, [2, 2, 2, 123.5]);
});

Deno.test("Meter adds what is put back to what was counted since", () => {
  const meter = new Meter("test");
  meter.count(CATS, { colour: "red" });
  const taken = meter.take();
  meter.count(CATS, { colour: "red" }, 5);

  meter.putBack(taken);

  deepStrictEqual(meter.take().map(({ value }) => value), [[6]]);
});

Deno.test("Meter that is off counts nothing", () => {
  const meter = new Meter("test", false);

  meter.count(CATS, { colour: "red" });
  meter.observe(NAPS, {}, 1);

  strictEqual(meter.isEmpty, true);
});

Deno.test("Meter has no more than a thousand sets of labels, and says so", () => {
  const meter = new Meter("test");

  for (let n = 0; n < 1_005; n++) meter.count(CATS, { colour: String(n) });

  const samples = meter.take();
  strictEqual(samples.length, 1_001);
  deepStrictEqual(samples.at(-1), {
    metric: COUNTED.dropped.name,
    labels: { function: "test" },
    value: [5],
  });
});

import { rejects, strictEqual } from "node:assert/strict";
import { Flights } from "./flights.ts";

Deno.test("I18 what is asked for at the same time is done once", async () => {
  const flights = new Flights<number>();
  const { promise, resolve } = Promise.withResolvers<number>();
  let times = 0;
  const work = () => {
    times++;
    return promise;
  };

  const all = Array.from({ length: 100 }, () => flights.join("a", work));
  const other = flights.join("b", () => Promise.resolve(2));
  resolve(1);

  for (const one of all) strictEqual(await one, 1);
  strictEqual(await other, 2);
  strictEqual(times, 1);
});

Deno.test("I18 a failure is shared, and then forgotten", async () => {
  const flights = new Flights<number>();
  const fail = () => Promise.reject(new Error("once"));

  const [one, two] = [flights.join("a", fail), flights.join("a", fail)];
  await rejects(one, /once/);
  await rejects(two, /once/);

  strictEqual(await flights.join("a", () => Promise.resolve(3)), 3);
});

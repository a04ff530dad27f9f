import { deepStrictEqual } from "node:assert/strict";
import { BROKEN } from "./engine/testing/broken_module.ts";
import { Keeper } from "./keeper.ts";

/** Instances are numbers, in the order in which they are made. */
function numbered(isSole: boolean): Keeper<number> {
  let made = 0;
  return new Keeper({
    load: () => Promise.resolve(BROKEN),
    make: () => ++made,
    isGood: () => true,
    isSole,
  });
}

function number(it: number): number {
  return it;
}

Deno.test("Keeper.use() forgets a sole instance when another is used", async () => {
  const [one, other] = [numbered(true), numbered(true)];

  const used = [
    ...[await one.use(number), await one.use(number)],
    ...[await other.use(number), await one.use(number)],
  ];

  deepStrictEqual(used, [1, 1, 1, 2]);
});

Deno.test("Keeper.use() keeps an instance beside a sole one", async () => {
  const [engine, sole] = [numbered(false), numbered(true)];

  const used = [
    ...[await engine.use(number), await sole.use(number)],
    ...[await engine.use(number), await sole.use(number)],
  ];

  deepStrictEqual(used, [1, 1, 1, 1]);
});

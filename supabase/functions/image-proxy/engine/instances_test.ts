import { rejects, strictEqual } from "node:assert/strict";
import { BROKEN, NOTHING, type Order, order } from "./testing/broken_module.ts";
import type { Keeper } from "../keeper.ts";
import type { Instance } from "./instance.ts";
import { instancesOf } from "./instances.ts";
import { LIMITS } from "./transform.ts";

/** What the header that is read says of the width, or why there is none. */
function widthOf(
  keeper: Keeper<Instance>,
  source: Uint8Array,
): Promise<number | string> {
  return keeper.use((instance) => {
    const header = instance.open(source, LIMITS);
    return typeof header === "string" ? header : header.size.width;
  });
}

function keeperOfBroken(): Keeper<Instance> {
  return instancesOf(() => Promise.resolve(BROKEN));
}

Deno.test("Keeper.use() keeps an instance", async () => {
  const keeper = keeperOfBroken();
  await widthOf(keeper, order("work", 7));

  strictEqual(await widthOf(keeper, NOTHING), 7);
});

for (const what of ["trap", "recurse"] satisfies Order[]) {
  Deno.test(`Keeper.use() has a new instance after a ${what}`, async () => {
    const keeper = keeperOfBroken();
    await widthOf(keeper, order("work", 7));

    strictEqual(await widthOf(keeper, order(what, 8)), "trap");

    strictEqual(await widthOf(keeper, NOTHING), 0);
    strictEqual(await widthOf(keeper, order("work", 9)), 9);
    strictEqual(await widthOf(keeper, NOTHING), 9);
  });
}

Deno.test("Keeper.use() has a new instance after its user has thrown", async () => {
  const keeper = keeperOfBroken();
  await widthOf(keeper, order("work", 7));

  await rejects(
    keeper.use(() => {
      throw new TypeError("a mistake");
    }),
    TypeError,
  );

  strictEqual(await widthOf(keeper, NOTHING), 0);
});

Deno.test("Keeper.use() has a new instance after one that has grown", async () => {
  const keeper = keeperOfBroken();
  await widthOf(keeper, order("work", 7));

  strictEqual(await widthOf(keeper, order("grow", 8)), 8);

  strictEqual(await widthOf(keeper, NOTHING), 0);
});

Deno.test("Keeper.use() loads once for all, and again if it has failed", async () => {
  let loads = 0;
  const keeper = instancesOf(() => {
    loads++;
    const module = Promise.resolve(BROKEN);
    return loads === 1 ? Promise.reject(new Error("no network")) : module;
  });
  const source = order("work", 7);

  const failed = await Promise.allSettled([
    widthOf(keeper, source),
    widthOf(keeper, source),
  ]);

  strictEqual(failed.every(({ status }) => status === "rejected"), true);
  strictEqual(loads, 1);
  await Promise.all([widthOf(keeper, source), widthOf(keeper, source)]);
  strictEqual(await widthOf(keeper, source), 7);
  strictEqual(loads, 2);
});

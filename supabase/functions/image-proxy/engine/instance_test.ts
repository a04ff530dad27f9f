import { strictEqual } from "node:assert/strict";
import { BROKEN, order } from "./testing/broken_module.ts";
import { Instance } from "./instance.ts";
import { LIMITS } from "./transform.ts";

const SIZE = { width: 1, height: 1 };

for (const what of ["trap", "recurse"] as const) {
  Deno.test(`a ${what} is a value of Instance.open()`, () => {
    const instance = new Instance(BROKEN);

    strictEqual(instance.open(order(what, 1), LIMITS), "trap");
    strictEqual(instance.isBroken, true);
  });
}

Deno.test("a trap is a value of Instance.make()", () => {
  const instance = new Instance(BROKEN);
  const plan = { part: { left: 0, top: 0, ...SIZE }, size: SIZE };
  const encoding = {
    format: "png",
    quality: 1,
    background: 0,
    frames: 1,
  } as const;

  strictEqual(instance.make(plan, encoding), "trap");
  strictEqual(instance.isBroken, true);
});

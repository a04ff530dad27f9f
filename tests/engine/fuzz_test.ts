import { deepStrictEqual, ok } from "node:assert/strict";
import { dice } from "../index/random.ts";
import { fuzz, mutated } from "./fuzz.ts";

const MiB = 2 ** 20;

Deno.test("a seed gives the same mutations again", () => {
  const file = Uint8Array.from({ length: 1_000 }, (_, i) => i);

  deepStrictEqual(mutated(file, dice(7).below), mutated(file, dice(7).below));
});

// `deno task engine:fuzz` makes a hundred thousand.
Deno.test("I10 no mutation traps, hangs or makes the engine grow", async () => {
  const { traps, ends, slowestMs, bytes } = await fuzz(3_000, 20_261_122);

  deepStrictEqual(traps, []);
  ok(slowestMs < 2_000, `${slowestMs} ms`);
  ok(bytes.late < 100 * MiB);
  // It decodes some, and refuses some: not all mutations are of no account.
  ok((ends.get("picture") ?? 0) > 300);
  ok((ends.get("corrupt") ?? 0) > 300);
});

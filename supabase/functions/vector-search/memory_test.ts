import { strictEqual } from "node:assert/strict";
import { Memory } from "./memory.ts";

Deno.test("recall() has what was kept last by a name", () => {
  const memory = new Memory<number>(2);
  memory.keep("a", 1);
  memory.keep("a", 2);

  strictEqual(memory.recall("a"), 2);
  strictEqual(memory.recall("b"), undefined);
});

Deno.test("keep() forgets what nobody has asked for longest", () => {
  const memory = new Memory<number>(2);
  memory.keep("a", 1);
  memory.keep("b", 2);
  memory.recall("a");
  memory.keep("c", 3);

  strictEqual(memory.recall("a"), 1);
  strictEqual(memory.recall("b"), undefined);
  strictEqual(memory.recall("c"), 3);
});

Deno.test("keep() forgets nothing when it has the name already", () => {
  const memory = new Memory<number>(2);
  memory.keep("a", 1);
  memory.keep("b", 2);
  memory.keep("b", 3);

  strictEqual(memory.recall("a"), 1);
  strictEqual(memory.recall("b"), 3);
});

Deno.test("keep() keeps apart what is called like members of objects", () => {
  const memory = new Memory<number>(2);

  strictEqual(memory.recall("constructor"), undefined);
  strictEqual(memory.recall("__proto__"), undefined);
});

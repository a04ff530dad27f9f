import { deepStrictEqual } from "node:assert/strict";
import { complaintsOf } from "./letters.ts";

Deno.test("complaintsOf() says how many, since when, why, and where to look", () => {
  const complaints = complaintsOf([
    { queue: "acts", letters: 2, oldest: "2026-01-01", reason: "Why" },
    { queue: "sweep a", letters: 1, reason: "Why not" },
  ]);

  deepStrictEqual(complaints.map(({ message }) => message), [
    'There are 2 dead letters in the queue "acts", since 2026-01-01: Why. ' +
    "Look at portico.dead_letters",
    'There are 1 dead letters in the queue "sweep a", since long ago: Why ' +
    "not. Look at portico.dead_letters",
  ]);
});

import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { bodyUpTo } from "./answer.ts";
import { Scratch } from "./scratch.ts";

/** A body in parts of these lengths, of numbers that go on; `said` to be so long. */
function answer(parts: readonly number[], said?: number | string): Response {
  let next = 0;
  const chunks = parts.map((length) =>
    Uint8Array.from({ length }, () => next++)
  );
  const headers = said === undefined ? {} : { "content-length": String(said) };
  return new Response(ReadableStream.from(chunks), { headers });
}

const LENGTHS: [why: string, said: number | string | undefined][] = [
  ["what it says", 300],
  ["nothing said", undefined],
  ["less said", 7],
  ["nothing in it said", 0],
  ["more said than there is", 999],
  ["more said than may be", 1e12],
  ["no number said", "many"],
  ["a number below zero said", -5],
];

for (const [why, said] of LENGTHS) {
  Deno.test(`bodyUpTo() reads a body with ${why}`, async () => {
    const whole = Uint8Array.from({ length: 300 }, (_, at) => at);

    deepStrictEqual(
      await bodyUpTo(answer([100, 1, 0, 199], said), 1_000),
      whole,
    );
  });

  Deno.test(`bodyUpTo() stops at a byte too many with ${why}`, async () => {
    strictEqual(await bodyUpTo(answer([100, 200, 100], said), 299), undefined);
  });
}

Deno.test("bodyUpTo() reads as much as is allowed, and nothing", async () => {
  strictEqual((await bodyUpTo(answer([50, 50]), 100))?.length, 100);
  deepStrictEqual(await bodyUpTo(new Response(), 5), new Uint8Array());
});

Deno.test("bodyUpTo() uses memory again, and keeps nothing of what was in it", async () => {
  const scratch = new Scratch();

  const first = await bodyUpTo(answer([200]), 1_000, { scratch });
  const second = await bodyUpTo(answer([3], 3), 1_000, { scratch });

  strictEqual(first?.buffer, second?.buffer);
  deepStrictEqual(second, Uint8Array.of(0, 1, 2));
});

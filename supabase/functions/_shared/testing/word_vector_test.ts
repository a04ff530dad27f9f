import { ok } from "node:assert/strict";
import { wordVector } from "./word_vector.ts";

function cosine(one: Float32Array, other: Float32Array): number {
  const dot = (a: Float32Array, b: Float32Array) =>
    a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
  return dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other));
}

Deno.test("wordVector() brings texts near each other that share words", () => {
  const of = (text: string) => wordVector(text, 384);
  const question = of("how do refunds work");

  const same = cosine(question, of("how do refunds work"));
  const near = cosine(question, of("Refunds work like this: we send it back"));
  const far = cosine(question, of("the weather in Kyiv"));

  ok(same > 0.9999 && near > far + 0.2, `${same}, ${near}, ${far}`);
});

Deno.test("wordVector() has something to say of a text without words", () => {
  ok(wordVector("…!", 16).some((it) => it > 0));
  ok(wordVector("", 16).some((it) => it > 0));
});

import { ok } from "node:assert/strict";
import {
  across,
  axesOf,
  centre,
  type Matrix,
  product,
  solve,
  zeros,
} from "./matrix.ts";
import { randomOf } from "./random.ts";

function noise(rows: number, columns: number): Matrix {
  const random = randomOf(1);
  const matrix = zeros(rows, columns);
  matrix.data.forEach((_, at) => matrix.data[at] = random(1000) / 500 - 1);
  return matrix;
}

function near(one: Float64Array, other: Float64Array): void {
  for (const [at, it] of one.entries()) {
    ok(Math.abs(it - (other[at] ?? NaN)) < 1e-6, `${at}: ${it}, ${other[at]}`);
  }
}

Deno.test("solve() finds the x of a symmetric a × x = b", () => {
  const some = noise(40, 7);
  const x = noise(7, 3);
  const b = product(across(some, some), x);

  near(solve(across(some, some), b).data, x.data);
});

Deno.test("axesOf() finds the directions in which rows vary, the farthest first", () => {
  const matrix = noise(500, 4);
  for (let at = 0; at < matrix.rows; at++) {
    matrix.data[at * 4 + 1] = 9 * (matrix.data[at * 4 + 1] ?? 0);
    matrix.data[at * 4 + 2] = 3 * (matrix.data[at * 4 + 2] ?? 0);
  }
  centre(matrix);

  const [first, second] = axesOf(matrix, 2);

  ok(Math.abs(first?.[1] ?? 0) > 0.99);
  ok(Math.abs(second?.[2] ?? 0) > 0.99);
});

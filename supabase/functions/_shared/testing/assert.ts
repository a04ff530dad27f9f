/**
 * The assertions that are about this project. The rest is `node:assert`.
 *
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { Members } from "../problem.ts";

const INSTANCE = /^urn:uuid:[0-9a-f-]{36}$/;

/** Asserts that `response` is a problem, and that it says what `expected` says. */
export async function assertProblem(
  response: Response,
  expected: Members,
): Promise<void> {
  const body = await response.json();
  const shown = Object.keys(expected).map((key) => [key, body[key]]);
  deepStrictEqual(Object.fromEntries(shown), expected);
  const type = response.headers.get("content-type");
  strictEqual(type, "application/problem+json");
  strictEqual(body.status, response.status);
  match(body.instance, INSTANCE);
  strictEqual(
    body.instance,
    `urn:uuid:${response.headers.get("x-request-id")}`,
  );
}

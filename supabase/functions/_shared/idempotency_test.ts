import { rejects, strictEqual } from "node:assert/strict";
import { createHash } from "node:crypto";
import { onceOf } from "./idempotency.ts";

const BODY = new TextEncoder().encode('{"a":1}');

function once(key: string) {
  return onceOf(new Headers({ "idempotency-key": key }), BODY);
}

Deno.test("onceOf() is nothing without a key", async () => {
  strictEqual(await onceOf(new Headers(), BODY), undefined);
});

Deno.test("onceOf() takes a key bare and quoted for the same", async () => {
  strictEqual((await once('"a b-1"'))?.key, "a b-1");
  strictEqual((await once('"8e03978e"'))?.key, "8e03978e");
  strictEqual((await once("8e03978e"))?.key, "8e03978e");
});

Deno.test("onceOf() tells bodies apart by SHA-256", async () => {
  const expected = createHash("sha256").update(BODY).digest("hex");
  strictEqual((await once("k"))?.fingerprint, expected);
});

const TOO_LONG = ["x".repeat(256), `"${"x".repeat(256)}"`];

for (const key of ["", '""', ...TOO_LONG, "tab\there", "é", 'a"b']) {
  const shown = JSON.stringify(key).slice(0, 12);
  Deno.test(`H13 onceOf() refuses the key ${shown}`, async () => {
    const headers = { get: () => key } as unknown as Headers;
    const expected = { status: 400, title: "Idempotency key not valid" };
    await rejects(onceOf(headers, BODY), expected);
  });
}

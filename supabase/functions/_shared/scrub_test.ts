import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { scrub } from "./scrub.ts";

const CANARIES: [what: string, text: string][] = [
  ["a token", "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl"],
  ["a secret key", "sb_secret_canary_0123456789"],
  ["a webhook secret", "whsec_Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5"],
  ["an opaque bearer", "Authorization: Bearer canary-token"],
  ["a signed URL", "https://x/object/sign/a/b.png?token=canary"],
  ["a key in a URL", "https://x/rest/v1/?select=id&apikey=canary"],
  ["an e-mail address", "canary+tag@mail.example.com"],
  ["an encoded address", "/users/canary%40example.com"],
  ["an access token in a URL", "https://x/#access_token=canary&type=magiclink"],
  ["a refresh token in a URL", "https://x/?refresh_token=canary"],
  ["a link's code", "https://x/verify?code=canary&type=invite"],
  ["a link's hash", "https://x/verify?token_hash=canary"],
  ["a signature in a URL", "https://x/a?X-Amz-Signature=canary"],
  ["a password in text", "password=canary for nobody"],
  ["a password in JSON", '{"password":"canary","n":1}'],
  ["a token in JSON", '{"refresh_token": "canary"}'],
  ["a header", "apikey: canary"],
  ["a user and password", "Authorization: Basic canary=="],
  ["a database URL", "postgres://postgres:canary@db.example.com/x"],
];

for (const [what, text] of CANARIES) {
  Deno.test(`T2 scrub() takes out ${what}, wherever it is`, () => {
    const event = { message: `failed: ${text}`, deep: [{ [text]: { text } }] };

    const cleaned = JSON.stringify(scrub(event));

    strictEqual(cleaned.includes("canary"), false);
    strictEqual(cleaned.includes(text), false);
  });
}

Deno.test("scrub() leaves the rest as it is", () => {
  const event = { n: 1, ok: true, none: null, list: ["a", { b: "c@d" }] };
  deepStrictEqual(scrub(event), event);
});

Deno.test("scrub() leaves codes and numbers", () => {
  for (const text of ["code: 42501", "status code: 500", "key: 7 of 9"]) {
    strictEqual(scrub(text), text);
  }
});

Deno.test("T3 scrub() is done with a long text at once", () => {
  const long = "eyJ-".repeat(1_000_000);
  strictEqual(scrub(long).length <= 16_384, true);
});

Deno.test("scrub() comes to an end with many cycles", () => {
  const node: Record<string, unknown> = {};
  for (const name of "abcdefgh") node[name] = node;
  deepStrictEqual(scrub(node), {
    ...Object.fromEntries(Array.from("abcdefgh", (it) => [it, undefined])),
  });
});

Deno.test("scrub() comes to an end", () => {
  const cyclic: { self?: unknown; name: string } = { name: "x" };
  cyclic.self = cyclic;
  strictEqual(JSON.stringify(scrub(cyclic)).length < 500, true);
});

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

Deno.test("scrub() comes to an end", () => {
  const cyclic: { self?: unknown; name: string } = { name: "x" };
  cyclic.self = cyclic;
  strictEqual(JSON.stringify(scrub(cyclic)).length < 500, true);
});

import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { userOf } from "./claims.ts";

const SUB = "7f3c0b1e-0000-4000-8000-000000000001";
const GOOD = {
  sub: SUB,
  "session_id": SUB,
  role: "authenticated",
  exp: 2_000_000_000,
  aud: "authenticated",
};

Deno.test("userOf() takes what it needs and no more", () => {
  deepStrictEqual(userOf({ ...GOOD, email: "a@example.com" }), {
    kind: "user",
    id: SUB,
    role: "authenticated",
    appRole: undefined,
    aal: "aal1",
    isAnonymous: false,
    sessionId: SUB,
  });
});

// What is not a plain "no" is taken for a "yes": it gives fewer rights.
const ANONYMOUS: [expected: boolean, claim: unknown][] = [
  [false, undefined],
  [false, false],
  [true, true],
  [true, "false"],
  [true, null],
];

for (const [expected, claim] of ANONYMOUS) {
  Deno.test(`userOf() says ${expected} when is_anonymous is ${JSON.stringify(claim)}`, () => {
    const user = userOf({ ...GOOD, "is_anonymous": claim });

    strictEqual(user?.isAnonymous, expected);
  });
}

// A type is checked before a value: text that an array or an object turns into
// would pass every pattern.
const REFUSED: [why: string, changes: Record<string, unknown>][] = [
  ["sub in an array", { sub: [SUB] }],
  ["sub as an object", { sub: { toString: () => SUB } }],
  ["role in an array", { role: ["authenticated"] }],
  ["an endless exp", { exp: Infinity }],
  ["exp as text", { exp: "2000000000" }],
  ["aud in an array", { aud: ["authenticated"] }],
  ["session_id in an array", { "session_id": [SUB] }],
  ["session_id that is none", { "session_id": "" }],
  ["no session_id", { "session_id": undefined }],
];

for (const [why, changes] of REFUSED) {
  Deno.test(`userOf() refuses ${why}`, () => {
    strictEqual(userOf({ ...GOOD, ...changes }), undefined);
  });
}

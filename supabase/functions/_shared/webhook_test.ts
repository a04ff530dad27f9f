import { strictEqual } from "node:assert/strict";
import { isSigned } from "./webhook.ts";

// The test vector that every Standard Webhooks library shares.
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const SIGNED = new TextEncoder().encode(
  'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}',
);
const GOOD = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

const CASES: [why: string, signatures: string, expected: boolean][] = [
  ["its own signature", GOOD, true],
  ["one of several", `v1,AAAA ${GOOD}`, true],
  ["the eighth of several", `${"v1,AAAA ".repeat(7)}${GOOD}`, true],
  ["the ninth of several", `${"v1,AAAA ".repeat(8)}${GOOD}`, false],
  ["another version", GOOD.replace("v1", "v2"), false],
  ["another version's name", GOOD.replace("v1", "v1a"), false],
  ["no signature", "", false],
  ["text that is not base64", "v1,***", false],
];

for (const [why, signatures, expected] of CASES) {
  Deno.test(`isSigned() is ${expected} for ${why}`, async () => {
    strictEqual(await isSigned(SIGNED, signatures, SECRET), expected);
  });
}

Deno.test("isSigned() is false for one changed byte", async () => {
  const changed = SIGNED.slice();
  changed[40] = (changed[40] ?? 0) ^ 1;

  strictEqual(await isSigned(changed, GOOD, SECRET), false);
});

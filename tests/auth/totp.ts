/**
 * Codes of authenticator apps. The oracle is RFC 6238, appendix B: the rows for
 * HMAC-SHA-1.
 *
 * @module
 */
import { equal, match } from "node:assert/strict";
import { isCurrent, newSecret, totpOf } from "../../local/auth/totp.ts";

/** "12345678901234567890" in base32. */
const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

for (
  const [timeS, expected] of [
    [59, "94287082"],
    [1_111_111_109, "07081804"],
    [1_111_111_111, "14050471"],
    [1_234_567_890, "89005924"],
    [2_000_000_000, "69279037"],
    [20_000_000_000, "65353130"],
  ] as const
) {
  Deno.test(`totpOf() is ${expected} ${timeS} s after 1970`, async () => {
    equal(await totpOf(SECRET, Math.floor(timeS / 30), 8), expected);
  });
}

for (
  const [why, atS, expected] of [
    ["in its period", 59, true],
    ["a period late", 89, true],
    ["two periods late", 90, false],
    ["a period early", 0, true],
  ] as const
) {
  Deno.test(`a code is ${expected ? "good" : "worthless"} ${why}`, async () => {
    // The code of the second period, from 30 s to 59 s.
    equal(await isCurrent("287082", SECRET, atS * 1000), expected);
  });
}

Deno.test("newSecret() has 160 bits, and is never the same", () => {
  const secret = newSecret();

  match(secret, /^[A-Z2-7]{32}$/);
  equal(secret === newSecret(), false);
});

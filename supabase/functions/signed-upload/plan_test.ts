import { strictEqual, throws } from "node:assert/strict";
import { userOf } from "../_shared/claims.ts";
import { MiB } from "../_shared/units.ts";
import { covers, pathOf, planUpload } from "./plan.ts";
import type { Wanted } from "./wanted.ts";

const ID = "7f3c0b1e-0000-4000-8000-000000000001";
const UPLOAD = "11111111-0000-4000-8000-000000000001";
const NOW = new Date("2026-01-31T23:59:59.999Z");

function occasion(claims: Readonly<Record<string, unknown>> = {}) {
  const caller = userOf({
    ...{ sub: ID, session_id: ID, exp: 2_000_000_000 },
    ...{ aud: "authenticated", role: "authenticated" },
    ...claims,
  });
  if (caller === undefined) throw new Error("Nobody");
  return { caller, id: UPLOAD, now: NOW };
}

function wanted(changes: Partial<Wanted> = {}): Wanted {
  return {
    ...{ bucket: "photos", name: "me.png", type: "image/png", bytes: 9 },
    protocol: "auto",
    ...changes,
  };
}

Deno.test("planUpload() puts the file in its owner's folder", () => {
  strictEqual(planUpload(wanted(), occasion()).path, `${ID}/me.png`);
});

Deno.test("planUpload() lets it arrive in the inbox", () => {
  strictEqual(planUpload(wanted(), occasion()).inbox, "portico-inbox");
});

Deno.test("planUpload() takes a file of exactly the limit", () => {
  planUpload(wanted({ bytes: 10 * MiB }), occasion());
});

const REFUSED: [title: string, why: string, changes: Partial<Wanted>][] = [
  ["Upload too large", "one byte too many", { bytes: 10 * MiB + 1 }],
  ["File type not allowed", "another bucket's type", { type: "text/plain" }],
  ["File type not allowed", "a parameter", { type: "image/png;q=1" }],
  ["Invalid object path", "a name with a folder", { name: "a/b.png" }],
];

for (const [title, why, changes] of REFUSED) {
  Deno.test(`planUpload() refuses ${why}`, () => {
    throws(() => planUpload(wanted(changes), occasion()), { title });
  });
}

Deno.test("planUpload() refuses who has signed in anonymously", () => {
  const stranger = occasion({ "is_anonymous": true });

  throws(() => planUpload(wanted(), stranger), { title: "Forbidden" });
});

const PATHS: [template: string, type: string, path: string][] = [
  ["{user}/{name}", "image/png", `${ID}/a.b.TIFF`],
  ["{user}/{yyyy}/{mm}/{dd}/{id}", "image/png", `${ID}/2026/01/31/${UPLOAD}`],
  ["x-{id}.{ext}", "image/jpeg", `x-${UPLOAD}.jpg`],
  ["{id}.{ext}", "image/tiff", `${UPLOAD}.tiff`],
  ["{id}.{ext}", "toString", `${UPLOAD}.tiff`],
];

for (const [template, type, path] of PATHS) {
  Deno.test(`pathOf() fills in ${template} for ${type}`, () => {
    const facts = { ...occasion(), name: "a.b.TIFF", type };

    strictEqual(pathOf(template, facts), path);
  });
}

Deno.test("pathOf() knows an extension where there is none", () => {
  const facts = { ...occasion(), name: undefined, type: "x/y" };

  strictEqual(pathOf("{id}.{ext}", facts), `${UPLOAD}.bin`);
});

for (const template of ["{user}/{nome}", "{user}//{id}", "{toString}", ""]) {
  Deno.test(`pathOf() refuses the template "${template}"`, () => {
    const facts = { ...occasion(), name: "a", type: "x/y" };

    throws(() => pathOf(template, facts), { title: "Invalid object path" });
  });
}

const RANGES: [expected: boolean, range: string, type: string][] = [
  [true, "image/png", "image/png"],
  [true, "image/*", "image/png"],
  [false, "image/*", "imagery/png"],
  [false, "image/pn", "image/png"],
  [false, "image/png", "image/*"],
];

for (const [expected, range, type] of RANGES) {
  Deno.test(`covers() is ${expected} for ${range} and ${type}`, () => {
    strictEqual(covers(range, type), expected);
  });
}

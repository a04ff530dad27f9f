import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { userOf } from "../_shared/claims.ts";
import { pathOf } from "./plan.ts";
import { type Bucket, BUCKETS, maxPixelsOf } from "./policy.ts";
import { MEDIA_TYPE } from "./wanted.ts";

const ID = "7f3c0b1e-0000-4000-8000-000000000001";
const CALLER = userOf({
  ...{ sub: ID, session_id: ID, exp: 2_000_000_000 },
  ...{ aud: "authenticated", role: "authenticated" },
});

for (const [name, given] of Object.entries(BUCKETS)) {
  const bucket: Bucket = given;

  Deno.test(`the path of ${name} is one that people can read, and no two share`, () => {
    ok(CALLER);
    const now = new Date();
    const facts = { caller: CALLER, id: ID, now, type: bucket.types[0] ?? "" };

    const path = pathOf(bucket.path, { ...facts, name: "a.txt" });

    strictEqual(path.split("/")[0], ID);
    ok(/\{(id|name)\}/.test(bucket.path));
  });

  Deno.test(`${name} takes media types that are some`, () => {
    const wrong = bucket.types.filter((it) =>
      !MEDIA_TYPE.test(it.replace(/\/\*$/, "/x"))
    );

    deepStrictEqual(wrong, []);
  });

  Deno.test(`${name} contradicts itself nowhere`, () => {
    ok(bucket.protocols.length > 0);
    ok(!bucket.upsert || bucket.publish === "directly");
    ok(bucket.publish === "verified" || bucket.unverified === "hidden");
    // Storage's own URLs end then when hosted.
    ok(bucket.lifetimeS > 0 && bucket.lifetimeS <= 7_200);
  });
}

Deno.test("maxPixelsOf() knows what a bucket that is gone may have", () => {
  strictEqual(maxPixelsOf("photos"), BUCKETS.photos.maxPixels);
  strictEqual(maxPixelsOf("toString"), 50_000_000);
});

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { BucketFault, type FaultKind, faultOf, faultThat } from "./fault.ts";

const NOBODY = { statusCode: "", error: "", code: "", message: "" };

const ANSWERS: [why: string, status: number, word: string, kind: FaultKind][] =
  [
    ["a vector that it does not take", 400, "InvalidParameter", "rejected"],
    ["a body that it cannot read", 400, "InvalidRequest", "rejected"],
    ["no room for an index", 400, "S3VectorMaxIndexesExceeded", "refused"],
    ["no room for a bucket", 400, "S3VectorMaxBucketsExceeded", "refused"],
    ["somebody else's 400", 400, "", "failed"],
    ["no key", 401, "", "refused"],
    ["no right", 403, "AccessDenied", "refused"],
    ["no such route", 405, "", "refused"],
    ["no index", 404, "NotFoundException", "gone"],
    ["no bucket, in other words", 404, "NoSuchBucket", "gone"],
    ["somebody else's 404", 404, "", "refused"],
    ["a name that is taken", 409, "ConflictException", "taken"],
    ["a body that is too large", 413, "EntityTooLarge", "rejected"],
    ["a proxy's limit", 413, "", "rejected"],
    ["too many calls", 429, "", "limited"],
    ["a redirect", 302, "", "failed"],
    ["its own fault", 500, "InternalError", "failed"],
    ["its database's", 544, "DatabaseTimeout", "failed"],
  ];

for (const [why, status, code, kind] of ANSWERS) {
  Deno.test(`faultOf() takes ${why} for ${kind}`, () => {
    const error = { ...NOBODY, code };
    const inBody = { ...error, statusCode: `${status}` };

    strictEqual(faultOf({ status, error }).kind, kind);
    strictEqual(faultOf({ status: 400, error: inBody }).kind, kind);
  });
}

Deno.test("faultOf() says nothing of what was sent but in Storage's words", () => {
  const error = { ...NOBODY, code: "InvalidParameter", message: "of [7]#0" };

  const { message, more } = faultOf({ status: 400, error, retryS: 7 });

  strictEqual(message, "Storage has answered 400 InvalidParameter");
  deepStrictEqual(more, { retryS: 7, said: "of [7]#0" });
});

Deno.test("faultThat() passes on what is a fault already", () => {
  const fault = new BucketFault("gone", "Gone");

  strictEqual(faultThat(fault), fault);
  const other = faultThat(new TypeError("secret"), 200);
  deepStrictEqual([other.kind, other.message], [
    "failed",
    "Storage has not answered within 200 ms",
  ]);
  ok(!faultThat(new TypeError("secret")).message.includes("secret"));
});

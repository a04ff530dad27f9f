/**
 * Refusals, in the words and numbers of the real server.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { type Refusal, refusalOf, world } from "./world.ts";

Deno.test("GET /object answers a missing object as the real server does", async () => {
  await world.makeBucket("missing");

  const response = await world.request("/object/missing/a.txt", {
    headers: world.asService(),
  });

  deepEqual(await refusalOf(response), {
    status: 400,
    statusCode: "404",
    error: "not_found",
    message: "Object not found",
    code: "NoSuchKey",
  });
});

const STRANGERS: [why: string, headers: HeadersInit, refusal: Refusal][] = [
  ["nobody", {}, {
    status: 400,
    statusCode: "400",
    error: "Error",
    message: "headers must have required property 'authorization'",
    code: "InvalidRequest",
  }],
  ["somebody with a made-up key", { apikey: "sb_secret_guess" }, {
    status: 400,
    statusCode: "403",
    error: "Unauthorized",
    message: "Invalid Compact JWS",
    code: "AccessDenied",
  }],
];

for (const [why, headers, refusal] of STRANGERS) {
  Deno.test(`POST /object refuses ${why}`, async () => {
    await world.service().storage.createBucket("strangers", { public: true });
    const before = await world.files();

    const response = await world.request("/object/strangers/a.txt", {
      method: "POST",
      headers,
      body: "a",
    });

    deepEqual(await refusalOf(response), refusal);
    deepEqual(await world.objectsIn("strangers"), []);
    deepEqual(await world.files(), before);
  });
}

Deno.test("a route that is not built is not found", async () => {
  for (const path of ["/object/upload", "/object/list/a/b", "/s3-like"]) {
    const response = await world.request(path, {
      method: "POST",
      headers: world.asService(),
      body: "{}",
    });

    deepEqual(await response.json(), {
      message: `Route POST:${path} not found`,
      error: "Not Found",
      statusCode: 404,
    });
    equal(response.status, 404);
  }
});

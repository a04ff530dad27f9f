/**
 * What is not here is refused by name, and leaves nothing.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { refusalOf, text, world } from "./world.ts";

const ABSENT: [why: string, method: string, path: string][] = [
  ["image transformations", "GET", "/render/image/public/features/a.png"],
  ["analytics buckets", "GET", "/iceberg/bucket"],
  ["the cache of a CDN", "DELETE", "/cdn/features/a.png"],
  ["lifecycles", "PUT", "/bucket/features/lifecycle"],
];

for (const [why, method, path] of ABSENT) {
  Deno.test(`${method} ${path} is refused: no ${why}`, async () => {
    const response = await world.request(path, {
      method,
      headers: world.asService(),
    });

    deepEqual(await refusalOf(response), {
      status: 403,
      statusCode: "403",
      error: "FeatureNotEnabled",
      message: "feature not enabled for this tenant",
      code: "FeatureNotEnabled",
    });
  });
}

Deno.test("a bucket that keeps versions is refused", async () => {
  const { storage } = world.service();
  await world.makeBucket("unversioned");
  const options = { public: true, versioningStatus: "ENABLED" } as const;

  const made = await storage.createBucket("versioned", options);
  const updated = await storage.updateBucket("unversioned", options);
  const analytics = await storage
    .createBucket("analytics", { public: false, type: "ANALYTICS" });

  for (const { error } of [made, updated, analytics]) {
    equal(error?.message.includes("not enabled for this tenant"), true);
  }
  equal((await storage.getBucket("versioned")).data, null);
  equal((await storage.getBucket("analytics")).data, null);
  equal((await storage.getBucket("unversioned")).data?.public, false);
});

Deno.test("a version of an object is refused by every call", async () => {
  await world.makeBucket("no-versions");
  const bucket = world.service().storage.from("no-versions");
  await bucket.upload("a.txt", text("a"));
  const before = [await world.objectsIn("no-versions"), await world.files()];
  const [versionId, sourceVersionId] = ["1", "1"];

  const answers = {
    download: await bucket.download("a.txt", { versionId }),
    info: await bucket.info("a.txt", { versionId }),
    sign: await bucket.createSignedUrl("a.txt", 60, { versionId }),
    remove: await bucket.remove([{ path: "a.txt", versionId }]),
    move: await bucket.move("a.txt", "b.txt", { sourceVersionId }),
    copy: await bucket.copy("a.txt", "b.txt", { sourceVersionId }),
    list: await bucket.list("", { noncurrentVersions: "include" }),
    listV2: await bucket.listV2({ deleteMarkers: "only" }),
  };

  for (const [call, { data, error }] of Object.entries(answers)) {
    equal(data, null, call);
    equal(
      error?.message,
      "object versioning is not enabled for this tenant",
      call,
    );
  }
  deepEqual(
    [await world.objectsIn("no-versions"), await world.files()],
    before,
  );
});

/**
 * Buckets: the service makes them, and people see what policies show.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { ANN, MAX_BYTES, world } from "./world.ts";

Deno.test("buckets can be made, read, changed and listed with a secret key", async () => {
  const { storage } = world.service();

  const made = await storage.createBucket("settings", {
    public: false,
    fileSizeLimit: "20KB",
    allowedMimeTypes: ["image/*"],
  });
  deepEqual(made.data, { name: "settings" });
  const { data: bucket } = await storage.getBucket("settings");
  equal(bucket?.file_size_limit, 20_000);
  deepEqual(bucket?.allowed_mime_types, ["image/*"]);
  equal(bucket?.public, false);

  equal((await storage.updateBucket("settings", { public: true })).error, null);
  const { data: updated } = await storage.getBucket("settings");
  equal(updated?.public, true);
  equal(updated?.file_size_limit, 20_000);
  const listed = await storage.listBuckets({ search: "setti", limit: 1 });
  deepEqual(listed.data?.map(({ id }) => id), ["settings"]);

  const again = await storage.createBucket("settings", { public: false });
  equal(again.error?.message, "The resource already exists");
  const huge = { public: false, fileSizeLimit: MAX_BYTES + 1 };
  const tooLarge = await storage.createBucket("huge", huge);
  equal(
    tooLarge.error?.message,
    "The object exceeded the maximum allowed size",
  );
  const slash = await storage.createBucket("a/b", { public: false });
  equal(slash.error?.message, "Bucket name invalid");
});

Deno.test("buckets obey row-level security", async () => {
  await world.makeBucket("not-hers");
  const { storage } = await world.person(ANN);

  const made = await storage.createBucket("hers", { public: true });
  equal(made.error?.message, "new row violates row-level security policy");
  deepEqual((await storage.listBuckets()).data, []);
  equal(
    (await storage.getBucket("not-hers")).error?.message,
    "Bucket not found",
  );
  const updated = await storage.updateBucket("not-hers", { public: true });
  equal(updated.error?.message, "Bucket not found");

  const { data } = await world.service().storage.getBucket("not-hers");
  equal(data?.public, false);
  ok((await world.service().storage.getBucket("hers")).error);
});

/**
 * Buckets: the service makes them, and people see what policies show.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { ANN, MAX_BYTES, world } from "./world.ts";

Deno.test("no bucket may allow more than the stack does", async () => {
  const { storage } = world.service();
  const options = { public: false, fileSizeLimit: MAX_BYTES + 1 };

  const { error } = await storage.createBucket("huge", options);

  equal(error?.message, "The object exceeded the maximum allowed size");
  ok((await storage.getBucket("huge")).error);
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

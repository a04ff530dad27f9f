/**
 * Buckets: whoever has the secret key makes them, and nobody else.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import {
  anyone,
  asService,
  namesIn,
  newBucket,
  newName,
  newPerson,
  refusalOf,
  request,
  service,
  text,
} from "./supabase.ts";

const { storage } = service;

Deno.test("createBucket() makes what getBucket() and listBuckets() show", async () => {
  const name = newName();

  const made = await storage.createBucket(name, {
    public: false,
    fileSizeLimit: "20KB",
    allowedMimeTypes: ["image/*"],
  });

  deepEqual(made.data, { name });
  const { data: bucket } = await storage.getBucket(name);
  deepEqual([bucket?.id, bucket?.name], [name, name]);
  equal(bucket?.public, false);
  equal(bucket?.file_size_limit, 20_000);
  deepEqual(bucket?.allowed_mime_types, ["image/*"]);
  const { data } = await storage.listBuckets({ search: name.slice(0, 30) });
  deepEqual(data?.map(({ id }) => id), [name]);
  equal(data?.[0]?.type, "STANDARD");
});

Deno.test("updateBucket() changes what is named and leaves the rest", async () => {
  const { name } = await newBucket({ public: false, fileSizeLimit: 5 });

  const { data } = await storage.updateBucket(name, { public: true });

  deepEqual(data, { message: "Successfully updated" });
  const { data: bucket } = await storage.getBucket(name);
  equal(bucket?.public, true);
  equal(bucket?.file_size_limit, 5);
});

Deno.test("listBuckets() sorts, pages and searches", async () => {
  const suffix = `-${crypto.randomUUID().slice(0, 8)}`;
  const names = [newName(suffix), newName(suffix), newName(suffix)].sort();
  for (const name of names) {
    equal((await storage.createBucket(name, { public: false })).error, null);
  }

  const { data } = await storage.listBuckets({
    search: suffix.toUpperCase(),
    sortColumn: "name",
    sortOrder: "desc",
    limit: 2,
    offset: 1,
  });
  const none = await storage.listBuckets({ limit: 0 });

  deepEqual(data?.map(({ id }) => id), names.slice(0, 2).reverse());
  equal(refusalOf(none.error).statusCode, "400");
});

Deno.test("createBucket() refuses a name that is taken", async () => {
  const { name } = await newBucket();

  const { error } = await storage.createBucket(name, { public: true });

  deepEqual(refusalOf(error), {
    statusCode: "409",
    code: "BucketAlreadyExists",
    message: "The resource already exists",
  });
  equal((await storage.getBucket(name)).data?.public, false);
});

for (const name of ["a/b", " padded", "x".repeat(101)]) {
  Deno.test(`createBucket() refuses the name "${name}"`, async () => {
    const { error } = await storage.createBucket(name, { public: false });

    equal(refusalOf(error).statusCode, "400");
    const { data } = await storage.listBuckets({ search: name });
    deepEqual(data, []);
  });
}

Deno.test("deleteBucket() removes an empty bucket, and refuses a full one", async () => {
  const { name, bucket } = await newBucket();
  await bucket.upload("a.txt", text("a"));

  const full = await storage.deleteBucket(name);
  equal(refusalOf(full.error).statusCode, "409");
  equal(
    refusalOf(full.error).message,
    "The bucket you tried to delete is not empty",
  );
  deepEqual(await namesIn(bucket), ["a.txt"]);

  await bucket.remove(["a.txt"]);
  const empty = await storage.deleteBucket(name);
  deepEqual(empty.data, { message: "Successfully deleted" });
  equal(
    refusalOf((await storage.getBucket(name)).error).code,
    "NoSuchBucket",
  );
});

Deno.test("a bucket that is not there is refused by every call", async () => {
  const name = newName();

  const answers = {
    get: await storage.getBucket(name),
    update: await storage.updateBucket(name, { public: true }),
    empty: await storage.emptyBucket(name),
    delete: await storage.deleteBucket(name),
  };

  for (const [call, { error }] of Object.entries(answers)) {
    deepEqual(refusalOf(error), {
      statusCode: "404",
      code: "NoSuchBucket",
      message: "Bucket not found",
    }, call);
  }
});

Deno.test("emptyBucket() is taken on for the secret key", async () => {
  const { name, bucket } = await newBucket();
  await bucket.upload("a.txt", text("a"));

  const { data, error } = await storage.emptyBucket(name);

  equal(error, null);
  ok(data?.message.startsWith("Empty bucket has been queued"));
});

Deno.test("nobody makes, sees or changes a bucket without a policy", async () => {
  const { name, bucket } = await newBucket();
  await bucket.upload("a.txt", text("a"));

  for (const { storage } of [anyone, await newPerson()]) {
    const own = newName();
    const made = await storage.createBucket(own, { public: true });
    equal(refusalOf(made.error).statusCode, "403");
    ok((await service.storage.getBucket(own)).error);
    const { data } = await storage.listBuckets({ search: name });
    deepEqual(data, []);
    const answers = [
      await storage.getBucket(name),
      await storage.updateBucket(name, { public: true }),
      await storage.emptyBucket(name),
    ];
    for (const { error } of answers) {
      equal(refusalOf(error).code, "NoSuchBucket");
    }
    ok((await storage.deleteBucket(name)).error);
  }

  equal((await storage.getBucket(name)).data?.public, false);
  deepEqual(await namesIn(bucket), ["a.txt"]);
});

Deno.test("POST /bucket takes a name alone, which is then its id", async () => {
  const name = newName();

  const response = await request("/bucket", {
    method: "POST",
    headers: asService({ "content-type": "application/json" }),
    body: JSON.stringify({ name }),
  });

  deepEqual(await response.json(), { name });
  equal((await storage.getBucket(name)).data?.id, name);
});

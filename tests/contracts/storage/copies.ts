/**
 * Copies: two objects that know nothing of each other.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import {
  anyone,
  asService,
  namesIn,
  newBucket,
  newPerson,
  read,
  refusalOf,
  request,
  text,
} from "./supabase.ts";

Deno.test("copy() makes a second object of the same bytes and metadata", async () => {
  const { name, bucket } = await newBucket();
  const metadata = { n: 1 };
  await bucket.upload("a.css", text("a{}", "text/css"), {
    cacheControl: "9",
    metadata,
  });

  const { data, error } = await bucket.copy("a.css", "b/c.css");

  equal(error, null);
  deepEqual(data, { path: `${name}/b/c.css` });
  await bucket.remove(["a.css"]);
  equal(await read(bucket, "b/c.css"), "a{}");
  const { data: info } = await bucket.info("b/c.css");
  equal(info?.contentType, "text/css");
  equal(info?.cacheControl, "max-age=9");
  equal(info?.size, 3);
  deepEqual(info?.metadata, metadata);
});

Deno.test("copy() goes to another bucket", async () => {
  const { bucket } = await newBucket();
  const { name: destinationBucket, bucket: other } = await newBucket();
  await bucket.upload("a.txt", text("a"));

  const { data } = await bucket.copy("a.txt", "a.txt", { destinationBucket });

  deepEqual(data, { path: `${destinationBucket}/a.txt` });
  equal(await read(bucket, "a.txt"), "a");
  equal(await read(other, "a.txt"), "a");
});

Deno.test("copy() refuses a name that is taken", async () => {
  const { bucket } = await newBucket();
  await bucket.upload("a.txt", text("a"));
  await bucket.upload("b.txt", text("b"));

  const { error } = await bucket.copy("a.txt", "b.txt");

  equal(refusalOf(error).statusCode, "409");
  equal(await read(bucket, "b.txt"), "b");
});

Deno.test("copy() refuses an object that is not there", async () => {
  const { bucket } = await newBucket();

  const { error } = await bucket.copy("none.txt", "b.txt");

  equal(refusalOf(error).code, "NoSuchKey");
  deepEqual(await namesIn(bucket), []);
});

Deno.test("POST /object/copy replaces with x-upsert, and takes new metadata", async () => {
  const { name, bucket } = await newBucket();
  await bucket.upload("a.txt", text("a"), { metadata: { n: 1 } });
  await bucket.upload("b.txt", text("b"));

  const response = await request("/object/copy", {
    method: "POST",
    headers: asService({
      "content-type": "application/json",
      "x-upsert": "true",
      "x-metadata": btoa(JSON.stringify({ n: 2 })),
    }),
    body: JSON.stringify({
      bucketId: name,
      sourceKey: "a.txt",
      destinationKey: "b.txt",
      copyMetadata: false,
      metadata: { mimetype: "text/csv", cacheControl: "max-age=77" },
    }),
  });

  const copied = await response.json();
  equal(copied.Key, `${name}/b.txt`);
  ok(copied.Id);
  equal(await read(bucket, "b.txt"), "a");
  const { data: info } = await bucket.info("b.txt");
  equal(info?.contentType, "text/csv");
  equal(info?.cacheControl, "max-age=77");
  deepEqual(info?.metadata, { n: 2 });
});

Deno.test("nobody copies without a policy", async () => {
  const { name, bucket } = await newBucket({ public: true });
  await bucket.upload("a.txt", text("a"));

  for (const { storage } of [anyone, await newPerson()]) {
    const { error } = await storage.from(name).copy("a.txt", "b.txt");
    equal(refusalOf(error).code, "NoSuchKey");
  }

  deepEqual(await namesIn(bucket), ["a.txt"]);
});

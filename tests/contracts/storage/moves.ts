/**
 * Moves: an object goes as it is, and nothing is left where it was.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import {
  anyone,
  namesIn,
  newBucket,
  newName,
  newPerson,
  read,
  refusalOf,
  text,
} from "./supabase.ts";

Deno.test("move() takes bytes, type and metadata along", async () => {
  const { bucket } = await newBucket();
  const metadata = { n: 1 };
  await bucket.upload("a.css", text("a{}", "text/css"), { metadata });
  const { data: before } = await bucket.info("a.css");

  const { data, error } = await bucket.move("a.css", "b/c.css");

  equal(error, null);
  equal(data?.message, "Successfully moved");
  deepEqual(await namesIn(bucket), ["b/c.css"]);
  equal(await read(bucket, "b/c.css"), "a{}");
  const { data: after } = await bucket.info("b/c.css");
  equal(after?.id, before?.id);
  equal(after?.contentType, "text/css");
  deepEqual(after?.metadata, metadata);
  equal((await bucket.exists("a.css")).data, false);
});

Deno.test("move() goes to another bucket", async () => {
  const { bucket } = await newBucket();
  const { name: destinationBucket, bucket: other } = await newBucket();
  await bucket.upload("a.txt", text("a"));

  const { error } = await bucket.move("a.txt", "b.txt", { destinationBucket });

  equal(error, null);
  deepEqual(await namesIn(bucket), []);
  equal(await read(other, "b.txt"), "a");
});

Deno.test("move() refuses a name that is taken", async () => {
  const { bucket } = await newBucket();
  await bucket.upload("a.txt", text("a"));
  await bucket.upload("b.txt", text("b"));

  const { error } = await bucket.move("a.txt", "b.txt");

  equal(refusalOf(error).statusCode, "409");
  equal(refusalOf(error).message, "The resource already exists");
  equal(await read(bucket, "a.txt"), "a");
  equal(await read(bucket, "b.txt"), "b");
});

Deno.test("move() refuses an object and a bucket that are not there", async () => {
  const { bucket } = await newBucket();
  await bucket.upload("a.txt", text("a"));
  const destinationBucket = newName();

  const none = await bucket.move("none.txt", "b.txt");
  const nowhere = await bucket.move("a.txt", "b.txt", { destinationBucket });

  equal(refusalOf(none.error).code, "NoSuchKey");
  equal(refusalOf(nowhere.error).statusCode, "404");
  deepEqual(await namesIn(bucket), ["a.txt"]);
});

Deno.test("move() onto itself changes nothing", async () => {
  const { bucket } = await newBucket();
  await bucket.upload("a.txt", text("a"));

  const { error } = await bucket.move("a.txt", "a.txt");

  equal(error, null);
  equal(await read(bucket, "a.txt"), "a");
});

Deno.test("nobody moves without a policy", async () => {
  const { name, bucket } = await newBucket({ public: true });
  await bucket.upload("a.txt", text("a"));

  for (const { storage } of [anyone, await newPerson()]) {
    const { error } = await storage.from(name).move("a.txt", "b.txt");
    equal(refusalOf(error).code, "NoSuchKey");
  }

  deepEqual(await namesIn(bucket), ["a.txt"]);
});

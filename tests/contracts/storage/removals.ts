/**
 * Removals: what is asked for goes, and what is not stays.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import {
  anyone,
  asService,
  namesIn,
  newBucket,
  newPerson,
  refusalOf,
  request,
  text,
} from "./supabase.ts";

Deno.test("remove() says what it has removed", async () => {
  const { name, bucket } = await newBucket();
  for (const path of ["a.txt", "b/c.txt", "b/d.txt"]) {
    await bucket.upload(path, text(path));
  }

  const { data } = await bucket.remove(["a.txt", "b/c.txt", "none.txt", "b"]);

  deepEqual(data?.map(({ name }) => name).toSorted(), ["a.txt", "b/c.txt"]);
  equal(data?.[0]?.bucket_id, name);
  deepEqual(await namesIn(bucket), ["b/d.txt"]);
  equal((await bucket.exists("a.txt")).data, false);
  equal(refusalOf((await bucket.download("a.txt")).error).code, "NoSuchKey");
});

Deno.test("DELETE /object removes one, and refuses one that is not there", async () => {
  const { name, bucket } = await newBucket();
  await bucket.upload("a.txt", text("a"));
  const path = `/object/${name}/a.txt`;
  const init = { method: "DELETE", headers: asService() };

  const first = await request(path, init);
  const second = await request(path, init);

  deepEqual(await first.json(), { message: "Successfully deleted" });
  equal((await second.json()).code, "NoSuchKey");
  deepEqual(await namesIn(bucket), []);
});

Deno.test("remove() refuses a list of nothing", async () => {
  const { bucket } = await newBucket();

  const { data, error } = await bucket.remove([]);

  equal(data, null);
  equal(refusalOf(error).statusCode, "400");
});

Deno.test("nobody removes without a policy", async () => {
  const { name, bucket } = await newBucket({ public: true });
  await bucket.upload("a.txt", text("a"));

  for (const { storage } of [anyone, await newPerson()]) {
    deepEqual((await storage.from(name).remove(["a.txt"])).data, []);
  }

  deepEqual(await namesIn(bucket), ["a.txt"]);
});

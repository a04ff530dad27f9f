/**
 * What there is to know of objects, one by one and in pages.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { text, world } from "./world.ts";

Deno.test("info() says what is known of an object", async () => {
  await world.makeBucket("known");
  const bucket = world.service().storage.from("known");
  await bucket.upload("a/b.txt", text("hello"), { metadata: { title: "B" } });
  const [row] = await world.objectsIn("known");

  const { data } = await bucket.info("a/b.txt");

  equal(data?.name, "a/b.txt");
  equal(data?.bucketId, "known");
  equal(data?.size, 5);
  equal(data?.contentType, "text/plain");
  equal(data?.cacheControl, "max-age=3600");
  equal(data?.version, row?.version);
  deepEqual(data?.metadata, { title: "B" });
  equal((await bucket.exists("a/b.txt")).data, true);
});

Deno.test("list() shows files and folders in pages", async () => {
  await world.makeBucket("shelf");
  const bucket = world.service().storage.from("shelf");
  for (
    const path of ["b.txt", "a.txt", "a_b.txt", "x/c.txt", "x/y/d.txt", "z/e"]
  ) {
    await bucket.upload(path, text(path));
  }
  async function names(
    ...list: Parameters<typeof bucket.list>
  ): Promise<string[]> {
    const { data } = await bucket.list(...list);
    return (data ?? []).map(({ name, id }) => id === null ? `${name}/` : name);
  }
  const sortBy = { column: "name", order: "desc" };

  deepEqual(await names(), ["x/", "z/", "a.txt", "a_b.txt", "b.txt"]);
  deepEqual(await names("x"), ["y/", "c.txt"]);
  deepEqual(await names("x/"), ["y/", "c.txt"]);
  deepEqual(await names("", { limit: 2 }), ["x/", "z/"]);
  deepEqual(await names("", { limit: 2, offset: 3 }), ["a_b.txt", "b.txt"]);
  deepEqual(await names("", { search: "A" }), ["a.txt", "a_b.txt"]);
  // In LIKE the underscore would stand for any letter.
  deepEqual(await names("", { search: "a_" }), ["a_b.txt"]);
  deepEqual(await names("", { search: "%" }), []);
  deepEqual(await names("", { sortBy }), [
    "z/",
    "x/",
    "b.txt",
    "a_b.txt",
    "a.txt",
  ]);
  deepEqual(
    await names("", { sortBy: { column: "created_at", order: "asc" } }),
    ["x/", "z/", "b.txt", "a.txt", "a_b.txt"],
  );

  const [file] = (await bucket.list("z")).data ?? [];
  equal(file?.metadata?.["size"], 3);
  const refused = await bucket
    .list("", { sortBy: { column: "name; drop table x", order: "asc" } });
  ok(refused.error);
});

/**
 * Buckets emptied and deleted: rows and bytes go together.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { text, world } from "./world.ts";

Deno.test("emptyBucket() removes the rows and the bytes of a bucket, and no other", async () => {
  await world.makeBucket("emptied");
  await world.makeBucket("kept");
  const { storage } = world.service();
  await storage.from("kept").upload("a.txt", text("a"));
  const before = await world.files();
  for (const path of ["a.txt", "b/c.txt"]) {
    await storage.from("emptied").upload(path, text(path));
  }

  equal((await storage.emptyBucket("emptied")).error, null);

  deepEqual(await world.objectsIn("emptied"), []);
  deepEqual(await world.files(), before);
  equal((await storage.deleteBucket("emptied")).error, null);
  equal((await world.objectsIn("kept")).length, 1);
});

Deno.test("emptyBucket() asks for a policy to delete", async () => {
  await world.makeBucket("not-emptied");
  await world.database.asOwner((sql) =>
    sql.run(`
      create policy "everybody sees not-emptied" on storage.buckets
        for select to anon using (id = 'not-emptied');
      create policy "everybody reads not-emptied" on storage.objects
        for select to anon using (bucket_id = 'not-emptied');`)
  );
  await world.service().storage.from("not-emptied").upload("a", text("a"));
  const before = [await world.objectsIn("not-emptied"), await world.files()];

  const { error } = await world.anyone().storage.emptyBucket("not-emptied");

  equal(error?.message, "Access denied");
  deepEqual(
    [await world.objectsIn("not-emptied"), await world.files()],
    before,
  );
});

Deno.test("deleteBucket() asks for a policy to delete", async () => {
  await world.makeBucket("not-deleted");
  await world.rows(
    `create policy "everybody sees not-deleted" on storage.buckets
      for select to anon using (id = 'not-deleted')`,
  );

  const { error } = await world.anyone().storage.deleteBucket("not-deleted");

  equal(error?.message, "Bucket not found");
  const { data } = await world.service().storage.getBucket("not-deleted");
  equal(data?.id, "not-deleted");
});

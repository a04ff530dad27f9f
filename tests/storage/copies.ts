/**
 * Copies: who may, and what is left in the folder of bytes.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { ANN, BOB, text, world } from "./world.ts";

Deno.test("copy() asks the policies for select here and insert there", async () => {
  await world.makeBucket("rls-copy");
  const ann = (await world.person(ANN)).storage.from("rls-copy");
  const bob = (await world.person(BOB)).storage.from("rls-copy");
  await ann.upload(`${ANN}/a.txt`, text("hers"));
  const before = [await world.objectsIn("rls-copy"), await world.files()];

  const unseen = await bob.copy(`${ANN}/a.txt`, `${BOB}/a.txt`);
  const outside = await ann.copy(`${ANN}/a.txt`, `${BOB}/a.txt`);

  equal(unseen.error?.message, "Object not found");
  equal(outside.error?.message, "new row violates row-level security policy");
  deepEqual([await world.objectsIn("rls-copy"), await world.files()], before);

  equal((await ann.copy(`${ANN}/a.txt`, `${ANN}/b.txt`)).error, null);
  const [, copy] = await world.objectsIn("rls-copy");
  equal(copy?.owner_id, ANN);
});

Deno.test("copy() writes bytes of its own", async () => {
  await world.makeBucket("copied");
  const bucket = world.service().storage.from("copied");
  await bucket.upload("a.txt", text("a"));
  const before = await world.files();

  await bucket.copy("a.txt", "b.txt");

  const [a, b] = await world.objectsIn("copied");
  ok(a && b && a.version !== b.version);
  deepEqual(await world.files(), [...before, b.version].sort());
  const { lastModified: _then, ...was } = a.metadata;
  const { lastModified: _now, ...is } = b.metadata;
  deepEqual(is, was);
});

Deno.test("copy() leaves nothing when the name is taken or a trigger refuses", async () => {
  await world.makeBucket("copy-refused");
  await world.database.asOwner((sql) =>
    sql.run(`
      create function public.refuse_copies() returns trigger
      language plpgsql as $$
      begin
        if new.version <> '1' then raise exception 'no'; end if;
        return new;
      end $$;
      create trigger refuse_copies before insert on storage.objects
        for each row
        when (new.bucket_id = 'copy-refused' and new.name = 'c.txt')
        execute function public.refuse_copies();`)
  );
  const bucket = world.service().storage.from("copy-refused");
  await bucket.upload("a.txt", text("a"));
  await bucket.upload("b.txt", text("b"));
  const before = [await world.objectsIn("copy-refused"), await world.files()];

  const taken = await bucket.copy("a.txt", "b.txt");
  // The rehearsal passes, so that the bytes are there when the row is refused.
  const refused = await bucket.copy("a.txt", "c.txt");

  equal(taken.error?.message, "The resource already exists");
  equal(refused.error?.message, "database error, code: P0001");
  deepEqual(
    [await world.objectsIn("copy-refused"), await world.files()],
    before,
  );
});

Deno.test("copy() of an object without bytes makes none", async () => {
  await world.makeBucket("hollow");
  await world.rows(
    `insert into storage.objects (bucket_id, name, version)
     values ('hollow', 'a.txt', gen_random_uuid()::text)`,
  );
  const before = await world.files();

  const { error } = await world.service().storage.from("hollow")
    .copy("a.txt", "b.txt");

  equal(error?.message, "Object not found");
  equal((await world.objectsIn("hollow")).length, 1);
  deepEqual(await world.files(), before);
});

Deno.test("copy() with upsert discards the bytes that it replaces", async () => {
  await world.makeBucket("copy-upsert");
  const bucket = world.service().storage.from("copy-upsert");
  await bucket.upload("a.txt", text("a"));
  await bucket.upload("b.txt", text("b"));
  const before = await world.files();

  for (const destinationKey of ["b.txt", "a.txt"]) {
    const response = await world.request("/object/copy", {
      method: "POST",
      headers: world.asService({ "x-upsert": "true" }),
      body: JSON.stringify({
        bucketId: "copy-upsert",
        sourceKey: "a.txt",
        destinationKey,
      }),
    });
    equal(response.status, 200);
    await response.body?.cancel();
  }

  const rows = await world.objectsIn("copy-upsert");
  const files = await world.files();
  equal(files.length, before.length);
  ok(rows.every(({ version }) => files.includes(version)));
  equal(await (await bucket.download("a.txt")).data?.text(), "a");
  equal(await (await bucket.download("b.txt")).data?.text(), "a");
});

Deno.test("POST /object/copy refuses a type that no header could say", async () => {
  await world.makeBucket("copy-header");
  const bucket = world.service().storage.from("copy-header");
  await bucket.upload("a.txt", text("a"));
  const before = [await world.objectsIn("copy-header"), await world.files()];

  const { error } = await bucket.copy("a.txt", "b.txt", {
    copyMetadata: false,
    metadata: { mimetype: "text/plain\r\nset-cookie: a" },
  });

  match(error?.message ?? "", /^Invalid character in response header/);
  deepEqual(
    [await world.objectsIn("copy-header"), await world.files()],
    before,
  );
});

Deno.test("copy() and remove() at once leave all of a copy or none", async () => {
  await world.makeBucket("copy-remove");
  const bucket = world.service().storage.from("copy-remove");
  for (let round = 0; round < 8; round++) {
    await bucket.upload("a.txt", text("a"));

    await Promise.all([
      bucket.copy("a.txt", "b.txt"),
      bucket.remove(["a.txt"]),
      bucket.copy("a.txt", "b.txt"),
    ]);

    const rows = await world.objectsIn("copy-remove");
    ok(rows.length <= 1);
    const files = await world.files();
    ok(rows.every(({ version }) => files.includes(version)));
    await bucket.remove(["b.txt"]);
    equal((await world.files()).length, files.length - rows.length);
  }
});

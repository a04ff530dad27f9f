/**
 * Uploads: what goes in comes out, once, and for whom the policies say.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { ANN, BOB, PNG, text, world } from "./world.ts";

Deno.test("upload() and download() give back a PNG byte for byte, as Blob and raw", async () => {
  await world.makeBucket("round-trip");
  const bucket = world.service().storage.from("round-trip");
  const bodies: [path: string, body: Blob | Uint8Array<ArrayBuffer>][] = [
    ["blob.png", new Blob([PNG], { type: "image/png" })],
    ["raw.png", PNG],
  ];

  for (const [path, body] of bodies) {
    const options = { contentType: "image/png", metadata: { by: "a test" } };
    const uploaded = await bucket.upload(path, body, options);
    equal(uploaded.error, null);
    equal(uploaded.data?.fullPath, `round-trip/${path}`);

    const { data } = await bucket.download(path);
    deepEqual(await data?.bytes(), PNG);
    equal(data?.type, "image/png");
  }

  for (const row of await world.objectsIn("round-trip")) {
    const { lastModified, ...metadata } = row.metadata;
    deepEqual(metadata, {
      // As Python's hashlib has it.
      eTag: '"02c4278e5dc76862c17c04b3bd51946d"',
      size: PNG.length,
      mimetype: "image/png",
      cacheControl: "max-age=3600",
      contentLength: PNG.length,
      httpStatusCode: 200,
    });
    match(String(lastModified), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    deepEqual(row.user_metadata, { by: "a test" });
  }
});

Deno.test("upload() obeys row-level security", async () => {
  await world.makeBucket("rls-upload");
  const before = await world.files();
  const ann = await world.person(ANN);

  const outside = await ann.storage.from("rls-upload")
    .upload(`${BOB}/a.txt`, text("not hers"));
  const stranger = await world.anyone().storage.from("rls-upload")
    .upload(`${ANN}/a.txt`, text("nobody's"));

  for (const { error } of [outside, stranger]) {
    equal(error?.message, "new row violates row-level security policy");
    ok(error !== null && "statusCode" in error);
    equal(error.statusCode, "403");
  }
  deepEqual(await world.objectsIn("rls-upload"), []);
  deepEqual(await world.files(), before);

  const own = await ann.storage.from("rls-upload")
    .upload(`${ANN}/a.txt`, text("hers"));
  equal(own.error, null);
  const [row] = await world.objectsIn("rls-upload");
  deepEqual([row?.owner, row?.owner_id], [ANN, ANN]);
});

Deno.test("upload() obeys row-level security when it would replace", async () => {
  await world.makeBucket("rls-upsert");
  const path = `${ANN}/a.txt`;
  await (await world.person(ANN)).storage.from("rls-upsert")
    .upload(path, text("hers"));
  await world.rows(
    "update storage.objects set owner_id = $1 where name = $2",
    [BOB, path],
  );
  const before = [await world.objectsIn("rls-upsert"), await world.files()];

  const { error } = await (await world.person(ANN)).storage.from("rls-upsert")
    .upload(path, text("still hers"), { upsert: true });

  equal(error?.message, "new row violates row-level security policy");
  deepEqual([await world.objectsIn("rls-upsert"), await world.files()], before);
});

Deno.test("upload() refuses a name that is taken, and upsert replaces it", async () => {
  await world.makeBucket("taken");
  const bucket = world.service().storage.from("taken");
  await bucket.upload("a.txt", text("first"));
  const [first] = await world.objectsIn("taken");
  const before = await world.files();

  const again = await bucket.upload("a.txt", text("second"));
  equal(again.error?.message, "The resource already exists");
  ok(again.error !== null && "statusCode" in again.error);
  equal(again.error.statusCode, "409");
  deepEqual(await world.files(), before);

  const upserted = await bucket.upload("a.txt", text("third"), {
    upsert: true,
  });
  equal(upserted.error, null);
  equal((await bucket.update("a.txt", text("fourth"))).error, null);
  equal(await (await bucket.download("a.txt")).data?.text(), "fourth");

  const [last, ...others] = await world.objectsIn("taken");
  deepEqual(others, []);
  const kept = await world.files();
  equal(kept.length, before.length);
  ok(last && kept.includes(last.version));
  ok(first && !kept.includes(first.version));
});

Deno.test("upload() lets one of many win a new name", async () => {
  await world.makeBucket("race");
  const before = await world.files();
  const bucket = world.service().storage.from("race");

  const results = await Promise.all(
    Array.from({ length: 8 }, (_, n) => bucket.upload("a.txt", text(`${n}`))),
  );

  const winners = results.flatMap(({ error }, n) => error ? [] : [`${n}`]);
  equal(winners.length, 1);
  equal(await (await bucket.download("a.txt")).data?.text(), winners[0]);
  equal((await world.files()).length, before.length + 1);
});

const REFUSE_LONG_OBJECTS = `
  create function public.refuse_long_objects() returns trigger
  language plpgsql as $$
  begin
    if (new.metadata ->> 'size')::bigint > 10 then
      raise exception 'too long';
    end if;
    return new;
  end $$;
  create trigger refuse_long_objects before insert on storage.objects
    for each row when (new.bucket_id = 'guarded')
    execute function public.refuse_long_objects();
`;

Deno.test("upload() discards the bytes when a trigger refuses the row", async () => {
  await world.makeBucket("guarded");
  await world.database.asOwner((sql) => sql.run(REFUSE_LONG_OBJECTS));
  const before = await world.files();
  const bucket = world.service().storage.from("guarded");

  const { error } = await bucket.upload("long.txt", text("x".repeat(11)));

  equal(error?.message, "database error, code: P0001");
  ok(error !== null && "statusCode" in error);
  equal(error.statusCode, "500");
  deepEqual(await world.objectsIn("guarded"), []);
  deepEqual(await world.files(), before);
  equal((await bucket.upload("short.txt", text("x"))).error, null);
});

Deno.test("upload() into no bucket says so", async () => {
  const before = await world.files();

  const { error } = await world.service().storage.from("nowhere")
    .upload("a.txt", text("a"));

  equal(error?.message, "Bucket not found");
  deepEqual(await world.files(), before);
});

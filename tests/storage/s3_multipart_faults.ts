/**
 * Uploads in parts over S3 that do not go well: they are an object, or nothing.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { sweepOrphans } from "../../local/storage/routes.ts";
import { begin, bytes, complete, upload } from "./s3_parts.ts";
import { codeOf, stateOf } from "./s3_world.ts";
import { world } from "./world.ts";

Deno.test("S3: of many completes at once one wins", async () => {
  await world.makeBucket("s3-race");
  const before = await world.files();
  const begun = await begin("s3-race");
  const part = await upload(begun, 1, bytes(1000, 1));

  const codes = await Promise.all(
    Array.from({ length: 6 }, () => codeOf(() => complete(begun, [part]))),
  );

  const losers = codes.filter((code) => code !== "done");
  equal(losers.length, 5);
  for (const code of losers) match(code, /^(NoSuchUpload|InvalidPart)$/);
  equal((await world.objectsIn("s3-race")).length, 1);
  equal((await world.files()).length, before.length + 1);
});

const REFUSE_LATE = `
  create function public.refuse_s3_parts() returns trigger
  language plpgsql as $$
  begin
    if new.metadata ? 'size' then
      raise exception 'no' using errcode = '42501';
    end if;
    return new;
  end $$;
  create trigger refuse_s3_parts before insert on storage.objects
    for each row when (new.bucket_id = 's3-parts-guarded')
    execute function public.refuse_s3_parts();
`;

Deno.test("S3: what a trigger refuses at the end leaves neither object nor parts", async () => {
  await world.makeBucket("s3-parts-guarded");
  await world.database.asOwner((sql) => sql.run(REFUSE_LATE));
  const before = await stateOf("s3-parts-guarded");
  const begun = await begin("s3-parts-guarded");
  const part = await upload(begun, 1, bytes(1000, 1));

  equal(await codeOf(() => complete(begun, [part])), "AccessDenied");

  deepEqual(await stateOf("s3-parts-guarded"), before);
});

Deno.test("S3: the next start sweeps what a crash left, and keeps what is under way", async () => {
  await world.makeBucket("s3-crash");
  const begun = await begin("s3-crash");
  const part = await upload(begun, 1, bytes(1000, 1));
  const before = await stateOf("s3-crash");
  // A part without its row, and one that was still being written.
  for (const suffix of ["", ".part"]) {
    const file = `${world.folder}/${crypto.randomUUID()}${suffix}`;
    await Deno.writeTextFile(file, "left over");
  }

  await sweepOrphans(world);

  deepEqual(await stateOf("s3-crash"), before);
  await complete(begun, [part]);
  equal((await world.objectsIn("s3-crash")).length, 1);
});

Deno.test("S3: an upload that nobody ends is forgotten after a day", async () => {
  await world.makeBucket("s3-forgotten");
  const before = await stateOf("s3-forgotten");
  await upload(await begin("s3-forgotten"), 1, bytes(1000, 1));
  await world.rows(
    `update storage.s3_multipart_uploads
      set created_at = now() - interval '25 hours' where bucket_id = $1`,
    ["s3-forgotten"],
  );

  await sweepOrphans(world);

  deepEqual(await stateOf("s3-forgotten"), before);
});

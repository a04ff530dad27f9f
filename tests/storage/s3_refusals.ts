/**
 * What S3 refuses, and that nothing comes of it.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { Readable } from "node:stream";
import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  PutObjectAclCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import {
  clientOf,
  ENDPOINT,
  fetched,
  refuses,
  s3,
  stateOf,
} from "./s3_world.ts";
import { world } from "./world.ts";

const LIMIT = 1024;

Deno.test("the S3 API obeys the bucket's limit and types", async () => {
  await world.makeBucket("s3-limits", {
    public: false,
    fileSizeLimit: LIMIT,
    allowedMimeTypes: ["text/*"],
  });
  const at = { Bucket: "s3-limits", Key: "a", ContentType: "text/plain" };
  const long = new Uint8Array(LIMIT + 1);
  const put = (more: object) => () =>
    s3.send(new PutObjectCommand({ ...at, ...more }));

  await refuses(at.Bucket, "EntityTooLarge", put({ Body: long }));
  await refuses(
    at.Bucket,
    "EntityTooLarge",
    put({ Body: Readable.from([long]), ContentLength: LIMIT + 1 }),
  );
  await refuses(
    at.Bucket,
    "InvalidMimeType",
    put({ Body: "a", ContentType: "image/png" }),
  );
  await refuses(
    at.Bucket,
    "InvalidMimeType",
    () =>
      s3.send(
        new CreateMultipartUploadCommand({ Bucket: at.Bucket, Key: "a" }),
      ),
  );
  await put({ Body: long.subarray(1) })();
  equal((await world.objectsIn(at.Bucket)).length, 1);
});

const REFUSE_LONG_OBJECTS = `
  create function public.refuse_long_s3_objects() returns trigger
  language plpgsql as $$
  begin
    if (new.metadata ->> 'size')::bigint > 10 then
      raise exception 'too long' using errcode = '42501';
    end if;
    return new;
  end $$;
  create trigger refuse_long_s3_objects before insert on storage.objects
    for each row when (new.bucket_id = 's3-guarded')
    execute function public.refuse_long_s3_objects();
`;

Deno.test("the S3 API discards the bytes when a trigger refuses the row", async () => {
  await world.makeBucket("s3-guarded");
  await world.database.asOwner((sql) => sql.run(REFUSE_LONG_OBJECTS));
  const at = { Bucket: "s3-guarded", Key: "a" };

  await refuses(
    at.Bucket,
    "AccessDenied",
    () => s3.send(new PutObjectCommand({ ...at, Body: "x".repeat(11) })),
  );
  await s3.send(new PutObjectCommand({ ...at, Body: "x" }));
  equal((await world.objectsIn(at.Bucket)).length, 1);
});

Deno.test("the S3 API refuses bytes that are not what was signed", async () => {
  await world.makeBucket("s3-digests");
  const at = { Bucket: "s3-digests", Key: "a" };
  const put = (more: object) => () =>
    s3.send(new PutObjectCommand({ ...at, Body: "a", ...more }));

  await refuses(
    at.Bucket,
    "BadDigest",
    put({ ChecksumCRC32: "AAAAAA==" }),
  );
  await refuses(
    at.Bucket,
    "BadDigest",
    put({ ContentMD5: "AAAAAAAAAAAAAAAAAAAAAA==" }),
  );
  await put({ ChecksumSHA1: "hvfkN/qlp/zhXR3cuerq6jd2Z7g=" })();
  equal((await world.objectsIn(at.Bucket)).length, 1);
});

Deno.test("the S3 API refuses a body that was changed under a signed hash", async () => {
  await world.makeBucket("s3-swapped");
  const at = { Bucket: "s3-swapped", Key: "a" };
  const before = await stateOf(at.Bucket);
  const sent: RequestInit[] = [];
  const spy = clientOf();
  spy.middlewareStack.add((_next) => (args) => {
    const { headers, body } = args.request as {
      headers: Record<string, string>;
      body: Uint8Array<ArrayBuffer>;
    };
    sent.push({ method: "PUT", headers, body });
    return Promise.reject(new Error("Not sent"));
  }, { step: "finalizeRequest", priority: "low", name: "spy" });
  await spy.send(new PutObjectCommand({ ...at, Body: "aaa" })).catch(() => {});
  const [init] = sent;

  const url = `${ENDPOINT}/s3-swapped/a?x-id=PutObject`;
  equal(
    await fetched(url, { ...init, body: "bbb" }),
    "XAmzContentSHA256Mismatch",
  );
  deepEqual(await stateOf(at.Bucket), before);
  equal(await fetched(url, { ...init, body: "aaa" }), "200");
});

Deno.test("the S3 API refuses what it does not do, rather than upload it", async () => {
  await world.makeBucket("s3-absent");
  const at = { Bucket: "s3-absent", Key: "a" };
  await s3.send(new PutObjectCommand({ ...at, Body: "a" }));

  await refuses(
    at.Bucket,
    "NotImplemented",
    () => s3.send(new PutObjectAclCommand({ ...at, ACL: "public-read" })),
  );
  await refuses(at.Bucket, "NotImplemented", () =>
    s3.send(
      new CopyObjectCommand({ ...at, Key: "b", CopySource: "s3-absent/a" }),
    ));
  await refuses(
    at.Bucket,
    "InvalidKey",
    () => s3.send(new PutObjectCommand({ ...at, Key: "ü", Body: "a" })),
  );
});

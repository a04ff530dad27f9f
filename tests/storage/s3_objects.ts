/**
 * Whole objects over S3, with AWS's client.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { Readable } from "node:stream";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { clientOfPerson, codeOf, refuses, s3 } from "./s3_world.ts";
import { ANN, BOB, PNG, text, world } from "./world.ts";

Deno.test("S3: what PutObject stores, every protocol gives back", async () => {
  await world.makeBucket("s3-round-trip");
  const at = { Bucket: "s3-round-trip", Key: "a folder/it's (1)+&=@.png" };

  const put = await s3.send(
    new PutObjectCommand({
      ...at,
      Body: PNG,
      ContentType: "image/png",
      CacheControl: "max-age=60",
      Metadata: { by: "a test" },
    }),
  );
  const got = await s3.send(new GetObjectCommand(at));
  const head = await s3.send(new HeadObjectCommand(at));

  deepEqual(await got.Body?.transformToByteArray(), PNG);
  for (const answer of [got, head]) {
    // As Python's hashlib has it.
    equal(answer.ETag, '"02c4278e5dc76862c17c04b3bd51946d"');
    equal(answer.ContentType, "image/png");
    equal(answer.ContentLength, PNG.length);
    equal(answer.CacheControl, "max-age=60");
    deepEqual(answer.Metadata, { by: "a test" });
  }
  equal(put.ETag, got.ETag);
  const [row, ...others] = await world.objectsIn(at.Bucket);
  deepEqual(others, []);
  deepEqual([row?.owner, row?.owner_id], [null, null]);
  deepEqual(row?.user_metadata, { by: "a test" });
  equal(row?.metadata["size"], PNG.length);
  const bucket = world.service().storage.from(at.Bucket);
  deepEqual(await (await bucket.download(at.Key)).data?.bytes(), PNG);
});

Deno.test("S3: a stream, which comes in chunks with a checksum behind", async () => {
  await world.makeBucket("s3-stream");
  const at = { Bucket: "s3-stream", Key: "two.png" };
  const Body = Readable.from([PNG, PNG]);
  const ContentLength = 2 * PNG.length;

  await s3.send(new PutObjectCommand({ ...at, Body, ContentLength }));

  const { Body: content } = await s3.send(new GetObjectCommand(at));
  deepEqual(
    await content?.transformToByteArray(),
    new Uint8Array([...PNG, ...PNG]),
  );
  const [row] = await world.objectsIn(at.Bucket);
  // How it was sent is no part of what was sent.
  equal(row?.metadata["contentEncoding"], undefined);
  equal(row?.metadata["size"], ContentLength);
});

Deno.test("S3: PutObject replaces what is there, and its bytes", async () => {
  await world.makeBucket("s3-replace");
  const at = { Bucket: "s3-replace", Key: "a.txt" };
  await s3.send(new PutObjectCommand({ ...at, Body: "first" }));
  const before = (await world.files()).length;

  await s3.send(new PutObjectCommand({ ...at, Body: "second" }));

  const { Body } = await s3.send(new GetObjectCommand(at));
  equal(await Body?.transformToString(), "second");
  equal((await world.objectsIn(at.Bucket)).length, 1);
  equal((await world.files()).length, before);
});

Deno.test("S3: a name with dots between slashes is that name", async () => {
  await world.makeBucket("s3-dots");
  await world.makeBucket("s3-other");
  const at = { Bucket: "s3-dots", Key: "a/../../s3-other/b.txt" };

  await s3.send(new PutObjectCommand({ ...at, Body: "a" }));

  deepEqual(
    await world.rows(
      "select bucket_id, name from storage.objects where bucket_id = $1",
      [at.Bucket],
    ),
    [{ bucket_id: at.Bucket, name: at.Key }],
  );
  deepEqual(await world.objectsIn("s3-other"), []);
});

Deno.test("S3: GetObject gives a range, weighs conditions, and takes headers to answer with", async () => {
  await world.makeBucket("s3-get");
  const at = { Bucket: "s3-get", Key: "a.txt" };
  const put = await s3.send(
    new PutObjectCommand({ ...at, Body: "0123456789" }),
  );
  const ETag = put.ETag ?? "";
  const get = (more: object) =>
    s3.send(new GetObjectCommand({ ...at, ...more }));

  const part = await get({ Range: "bytes=2-4" });
  const named = await get({
    ResponseContentDisposition: 'attachment; filename="b.txt"',
    ResponseContentType: "text/csv",
  });

  equal(await part.Body?.transformToString(), "234");
  equal(part.ContentRange, "bytes 2-4/10");
  equal(named.ContentDisposition, 'attachment; filename="b.txt"');
  equal(named.ContentType, "text/csv");
  await named.Body?.transformToString();
  equal(await codeOf(() => get({ Range: "bytes=10-" })), "InvalidRange");
  equal(await codeOf(() => get({ IfNoneMatch: ETag })), "304");
  equal(await codeOf(() => get({ IfMatch: '"x"' })), "PreconditionFailed");
});

Deno.test("S3: what is not there is said in AWS's words", async () => {
  await world.makeBucket("s3-empty");
  const Bucket = "s3-empty";
  const no = { Bucket: "s3-no-bucket", Key: "a" };

  const codes = await Promise.all([
    codeOf(() => s3.send(new GetObjectCommand({ Bucket, Key: "a" }))),
    codeOf(() => s3.send(new HeadObjectCommand({ Bucket, Key: "a" }))),
    codeOf(() => s3.send(new PutObjectCommand({ ...no, Body: "a" }))),
    codeOf(() => s3.send(new DeleteObjectCommand(no))),
    codeOf(() => s3.send(new ListObjectsV2Command(no))),
    codeOf(() => s3.send(new HeadBucketCommand(no))),
    codeOf(() => s3.send(new HeadBucketCommand({ Bucket }))),
  ]);

  deepEqual(codes, [
    "NoSuchKey",
    "NotFound",
    "NoSuchBucket",
    "NoSuchBucket",
    "NoSuchBucket",
    "NotFound",
    "done",
  ]);
});

Deno.test("S3: DeleteObject removes the row and the bytes, once or twice", async () => {
  await world.makeBucket("s3-delete");
  const at = { Bucket: "s3-delete", Key: "a.txt" };
  const before = await world.files();
  await s3.send(new PutObjectCommand({ ...at, Body: "a" }));

  await s3.send(new DeleteObjectCommand(at));
  await s3.send(new DeleteObjectCommand(at));

  deepEqual(await world.objectsIn(at.Bucket), []);
  deepEqual(await world.files(), before);
});

Deno.test("S3: DeleteObject refuses what the caller may not delete", async () => {
  await world.makeBucket("s3-delete-rls");
  const at = { Bucket: "s3-delete-rls", Key: `${ANN}/a.txt` };
  await s3.send(new PutObjectCommand({ ...at, Body: "a" }));
  const bob = await clientOfPerson(BOB);

  await refuses(
    at.Bucket,
    "AccessDenied",
    () => bob.send(new DeleteObjectCommand(at)),
  );
});

Deno.test("S3: an object whose bytes have just gone is not there", async () => {
  await world.makeBucket("s3-gone");
  const at = { Bucket: "s3-gone", Key: "a.txt" };
  await s3.send(new PutObjectCommand({ ...at, Body: "a" }));
  const [row] = await world.objectsIn(at.Bucket);
  await Deno.remove(`${world.folder}/${row?.version}`);

  equal(await codeOf(() => s3.send(new GetObjectCommand(at))), "NoSuchKey");
});

Deno.test("S3: ListObjectsV2 pages through keys and folders", async () => {
  await world.makeBucket("s3-list");
  const Bucket = "s3-list";
  const names = ["a/1", "a/2", "b", "c/1/x", "c/2", "d"];
  for (const name of names) {
    await world.service().storage.from(Bucket).upload(name, text(name));
  }
  const pages = async (more: object) => {
    const all: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await s3.send(
        new ListObjectsV2Command({
          Bucket,
          MaxKeys: 2,
          ...more,
          ...ContinuationToken !== undefined && { ContinuationToken },
        }),
      );
      const keys = page.Contents?.map(({ Key }) => Key ?? "") ?? [];
      const folders = page.CommonPrefixes?.map(({ Prefix }) => Prefix ?? "");
      equal(page.KeyCount, keys.length + (folders?.length ?? 0));
      all.push([...folders ?? [], ...keys].join(" "));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    return all;
  };

  deepEqual(await pages({}), ["a/1 a/2", "b c/1/x", "c/2 d"]);
  deepEqual(await pages({ Delimiter: "/" }), ["a/ b", "c/ d"]);
  deepEqual(await pages({ Delimiter: "/", Prefix: "c/" }), ["c/1/ c/2"]);
  deepEqual(await pages({ StartAfter: "c/1/x" }), ["c/2 d"]);
  const [first] = (await s3.send(
    new ListObjectsV2Command({ Bucket, MaxKeys: 1 }),
  )).Contents ?? [];
  equal(first?.Size, 3);
  match(first?.ETag ?? "", /^"[0-9a-f]{32}"$/);
});

Deno.test("S3: ListBuckets names the buckets", async () => {
  await world.makeBucket("s3-listed");

  const { Buckets } = await s3.send(new ListBucketsCommand({}));

  const found = Buckets?.find(({ Name }) => Name === "s3-listed");
  equal(found?.CreationDate instanceof Date, true);
});

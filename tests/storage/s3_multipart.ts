/**
 * Uploads in parts over S3: who may, in which order, and how much.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { begin, bytes, complete, PART_BYTES, upload } from "./s3_parts.ts";
import {
  clientOfPerson,
  codeOf,
  fetched,
  refuses,
  s3,
  stateOf,
} from "./s3_world.ts";
import { ANN, BOB, MAX_BYTES, world } from "./world.ts";

function md5(...pieces: Uint8Array[]): Uint8Array {
  const hash = createHash("md5");
  for (const piece of pieces) hash.update(piece);
  return new Uint8Array(hash.digest());
}

Deno.test("S3: parts make one object, in the order of their numbers", async () => {
  await world.makeBucket("s3-parts");
  const before = await world.files();
  const begun = await begin("s3-parts");
  const [one, two] = [bytes(PART_BYTES, 1), bytes(1000, 2)];

  const last = await upload(begun, 20, two);
  await upload(begun, 3, bytes(10, 3));
  const first = await upload(begun, 3, one);
  equal((await world.objectsIn("s3-parts")).length, 0);
  const listed = await s3.send(new ListPartsCommand({ ...begun, MaxParts: 1 }));
  const { ETag } = await complete(begun, [first, last]);

  equal(listed.IsTruncated, true);
  deepEqual(
    listed.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size]),
    [[3, PART_BYTES]],
  );
  // As AWS documents it: the MD5 of the MD5s.
  equal(ETag, `"${md5(md5(one), md5(two)).toHex()}-2"`);
  const got = await s3.send(
    new GetObjectCommand({ Bucket: begun.Bucket, Key: begun.Key }),
  );
  const content = await got.Body?.transformToByteArray() ?? new Uint8Array();
  equal(md5(content).toHex(), md5(one, two).toHex());
  equal(got.ETag, ETag);
  equal(got.ContentType, "application/x-parts");
  equal(got.CacheControl, "max-age=60");
  deepEqual(got.Metadata, { by: "a test" });
  const [row] = await world.objectsIn("s3-parts");
  equal(row?.metadata["size"], PART_BYTES + 1000);
  // One file, and none of its parts.
  deepEqual(
    (await world.files()).filter((name) => !before.includes(name)),
    [row?.version],
  );
  equal(
    await codeOf(() => s3.send(new ListPartsCommand(begun))),
    "NoSuchUpload",
  );
});

Deno.test("S3: a part goes through a presigned URL, bound to its size", async () => {
  await world.makeBucket("s3-part-url");
  const begun = await begin("s3-part-url");
  const command = new UploadPartCommand({
    ...begun,
    PartNumber: 1,
    ContentLength: 5,
  });
  const url = await getSignedUrl(s3, command, { expiresIn: 60 });
  const before = await stateOf(begun.Bucket);

  equal(
    await fetched(url, { method: "PUT", body: "123456" }),
    "SignatureDoesNotMatch",
  );
  equal(
    await fetched(url.replace("partNumber=1", "partNumber=2"), {
      method: "PUT",
      body: "12345",
    }),
    "SignatureDoesNotMatch",
  );
  deepEqual(await stateOf(begun.Bucket), before);
  const response = await fetch(url, { method: "PUT", body: "12345" });
  await response.body?.cancel();
  const ETag = response.headers.get("etag") ?? "";
  match(ETag, /^"[0-9a-f]{32}"$/);
  await complete(begun, [{ PartNumber: 1, ETag }]);
  equal((await world.objectsIn(begun.Bucket))[0]?.metadata["size"], 5);
});

Deno.test("S3: AbortMultipartUpload leaves nothing", async () => {
  await world.makeBucket("s3-abort");
  const before = await stateOf("s3-abort");
  const begun = await begin("s3-abort");
  const part = await upload(begun, 1, bytes(1000, 1));

  await s3.send(new AbortMultipartUploadCommand(begun));

  deepEqual(await stateOf("s3-abort"), before);
  const late = [
    codeOf(() => s3.send(new AbortMultipartUploadCommand(begun))),
    codeOf(() => upload(begun, 2, bytes(10, 1))),
    codeOf(() => complete(begun, [part])),
  ];
  deepEqual(await Promise.all(late), Array(3).fill("NoSuchUpload"));
  deepEqual(await stateOf("s3-abort"), before);
});

Deno.test("S3: a list of parts that cannot be is refused, and can be mended", async () => {
  await world.makeBucket("s3-list-of-parts");
  const begun = await begin("s3-list-of-parts");
  const first = await upload(begun, 1, bytes(10, 1));
  const last = await upload(begun, 2, bytes(10, 2));
  const { Bucket } = begun;
  const elsewhere = { ...begun, Key: "b.bin" };

  await refuses(
    Bucket,
    "InvalidPart",
    () => complete(begun, [{ ...first, PartNumber: 3 }]),
  );
  await refuses(
    Bucket,
    "InvalidPart",
    () => complete(begun, [{ ...first, ETag: last.ETag }]),
  );
  await refuses(
    Bucket,
    "InvalidPartOrder",
    () => complete(begun, [last, first]),
  );
  await refuses(
    Bucket,
    "InvalidPartOrder",
    () => complete(begun, [last, last]),
  );
  await refuses(Bucket, "EntityTooSmall", () => complete(begun, [first, last]));
  await refuses(Bucket, "NoSuchUpload", () => complete(elsewhere, [last]));
  await refuses(
    Bucket,
    "InvalidArgument",
    () => upload(begun, 10_001, bytes(1, 1)),
  );
  await refuses(Bucket, "InvalidArgument", () => upload(begun, 0, bytes(1, 1)));
  await complete(begun, [last]);
  equal((await world.objectsIn(Bucket))[0]?.metadata["size"], 10);
});

Deno.test("S3: parts obey the bucket's limit together", async () => {
  await world.makeBucket("s3-parts-limit", {
    public: false,
    fileSizeLimit: 1000,
  });
  const begun = await begin("s3-parts-limit");
  await upload(begun, 1, bytes(600, 1));

  await refuses(
    begun.Bucket,
    "EntityTooLarge",
    () => upload(begun, 2, bytes(401, 2)),
  );
  await refuses(
    begun.Bucket,
    "EntityTooLarge",
    () => upload(begun, 1, bytes(1001, 1)),
  );
  // What it replaces does not count.
  const part = await upload(begun, 1, bytes(1000, 1));
  await complete(begun, [part]);
  equal((await world.objectsIn(begun.Bucket))[0]?.metadata["size"], 1000);
});

Deno.test("S3: parts obey the limit of the stack in a bucket without one", async () => {
  await world.makeBucket("s3-parts-stack");
  const begun = await begin("s3-parts-stack");
  await upload(begun, 1, bytes(MAX_BYTES - 10, 1));

  await refuses(
    begun.Bucket,
    "EntityTooLarge",
    () => upload(begun, 2, bytes(11, 2)),
  );
});

Deno.test("S3: an upload belongs to whoever may upload there", async () => {
  await world.makeBucket("s3-parts-rls");
  const [ann, bob] = [await clientOfPerson(ANN), await clientOfPerson(BOB)];
  const at = { Bucket: "s3-parts-rls", Key: `${ANN}/a` };
  const { UploadId = "" } = await ann.send(
    new CreateMultipartUploadCommand(at),
  );
  const begun = { ...at, UploadId };
  const mine = { ...begun, PartNumber: 1, Body: "hers" };
  const { ETag = "" } = await ann.send(new UploadPartCommand(mine));
  const Parts = [{ PartNumber: 1, ETag }];
  const end = { ...begun, MultipartUpload: { Parts } };

  const seen = await bob.send(new ListPartsCommand(begun));
  equal(seen.Parts, undefined);
  await refuses(
    at.Bucket,
    "AccessDenied",
    () => bob.send(new UploadPartCommand({ ...mine, Body: "his" })),
  );
  await refuses(
    at.Bucket,
    "AccessDenied",
    () => bob.send(new AbortMultipartUploadCommand(begun)),
  );
  await refuses(
    at.Bucket,
    "AccessDenied",
    () => bob.send(new CompleteMultipartUploadCommand(end)),
  );
  await ann.send(new CompleteMultipartUploadCommand(end));

  const [row] = await world.objectsIn(at.Bucket);
  deepEqual([row?.owner, row?.owner_id], [ANN, ANN]);
});

Deno.test("S3: an object is what it was until an upload is complete", async () => {
  await world.makeBucket("s3-over");
  const at = { Bucket: "s3-over", Key: "a.bin" };
  await s3.send(new PutObjectCommand({ ...at, Body: "first" }));
  const files = (await world.files()).length;
  const begun = await begin("s3-over");
  const part = await upload(begun, 1, bytes(10, 1));

  const during = await s3.send(new GetObjectCommand(at));
  equal(await during.Body?.transformToString(), "first");
  await complete(begun, [part]);

  const after = await s3.send(new GetObjectCommand(at));
  deepEqual(await after.Body?.transformToByteArray(), bytes(10, 1));
  equal((await world.files()).length, files);
});

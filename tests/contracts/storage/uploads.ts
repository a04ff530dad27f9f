/**
 * Uploads: what goes in comes out.
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
  service,
  text,
} from "./supabase.ts";

const BYTES = Uint8Array.from({ length: 1000 }, (_, at) => at * 7 % 256);

function form(): FormData {
  const form = new FormData();
  form.append("", new Blob([BYTES]));
  return form;
}

const BODIES: [
  kind: string,
  body: () => Blob | FormData | Uint8Array | string,
][] = [
  ["a Blob", () => new Blob([BYTES])],
  ["a form", form],
  ["bytes", () => BYTES],
];

for (const [kind, body] of BODIES) {
  Deno.test(`upload() stores ${kind} byte for byte`, async () => {
    const { name, bucket } = await newBucket();
    const options = { contentType: "application/octet-stream" };

    const { data, error } = await bucket.upload("a/b.bin", body(), options);

    equal(error, null);
    equal(data?.path, "a/b.bin");
    equal(data?.fullPath, `${name}/a/b.bin`);
    const { data: info } = await bucket.info("a/b.bin");
    equal(info?.id, data?.id);
    equal(info?.size, BYTES.length);
    const downloaded = await bucket.download("a/b.bin");
    deepEqual(await downloaded.data?.bytes(), BYTES);
  });
}

Deno.test("upload() keeps type, cache control and metadata, and info() says them", async () => {
  const { name, bucket } = await newBucket();
  const metadata = { title: "Zoë's", nested: { n: 1 } };

  await bucket.upload("blob.css", text("a{}", "text/css"), {
    cacheControl: "120",
    metadata,
  });
  await bucket.upload("raw.css", new TextEncoder().encode("a{}"), {
    contentType: "text/css",
    metadata,
  });

  const maxAges = { "blob.css": "max-age=120", "raw.css": "max-age=3600" };
  for (const [path, cacheControl] of Object.entries(maxAges)) {
    const { data } = await bucket.info(path);
    equal(data?.name, path);
    equal(data?.bucketId, name);
    equal(data?.contentType, "text/css");
    equal(data?.cacheControl, cacheControl);
    deepEqual(data?.metadata, metadata);
    equal(typeof data?.etag, "string");
  }
});

Deno.test("upload() refuses a name that is taken, and replaces it with upsert", async () => {
  const { bucket } = await newBucket();
  await bucket.upload("a.txt", text("first"));

  const again = await bucket.upload("a.txt", text("second"));
  deepEqual(refusalOf(again.error), {
    statusCode: "409",
    code: "KeyAlreadyExists",
    message: "The resource already exists",
  });
  equal(await read(bucket, "a.txt"), "first");

  const upsert = { upsert: true };
  equal((await bucket.upload("a.txt", text("third"), upsert)).error, null);
  equal(await read(bucket, "a.txt"), "third");
  deepEqual(await namesIn(bucket), ["a.txt"]);
});

Deno.test("update() replaces bytes, type and metadata", async () => {
  const { bucket } = await newBucket();
  await bucket.upload("a", text("old"), { metadata: { n: 1 } });

  const { data, error } = await bucket.update("a", text("new", "text/csv"), {
    cacheControl: "9",
    metadata: { n: 2 },
  });

  equal(error, null);
  equal(data?.path, "a");
  equal(await read(bucket, "a"), "new");
  const { data: info } = await bucket.info("a");
  equal(info?.contentType, "text/csv");
  equal(info?.cacheControl, "max-age=9");
  deepEqual(info?.metadata, { n: 2 });
});

Deno.test("upload() refuses what a bucket does not take", async () => {
  const { bucket } = await newBucket({
    public: false,
    fileSizeLimit: 10,
    allowedMimeTypes: ["text/*"],
  });

  const long = await bucket.upload("long", text("12345678901"));
  const html = await bucket.upload("json", text("{}", "application/json"));

  deepEqual(refusalOf(long.error), {
    statusCode: "413",
    code: "EntityTooLarge",
    message: "The object exceeded the maximum allowed size",
  });
  deepEqual(refusalOf(html.error), {
    statusCode: "415",
    code: "InvalidMimeType",
    message: "mime type application/json is not supported",
  });
  deepEqual(await namesIn(bucket), []);
});

Deno.test("upload() refuses a bucket that is not there", async () => {
  const bucket = service.storage.from(newName());

  const { error } = await bucket.upload("a.txt", text("a"));

  equal(refusalOf(error).code, "NoSuchBucket");
});

Deno.test("nobody uploads without a policy", async () => {
  const { name, bucket } = await newBucket({ public: true });
  await bucket.upload("a.txt", text("a"));

  for (const { storage } of [anyone, await newPerson()]) {
    const theirs = storage.from(name);
    const answers = [
      await theirs.upload("b.txt", text("b")),
      await theirs.upload("a.txt", text("b"), { upsert: true }),
      await theirs.update("a.txt", text("b")),
      await theirs.createSignedUploadUrl("b.txt"),
    ];
    for (const { error } of answers) {
      deepEqual(refusalOf(error), {
        statusCode: "403",
        code: "AccessDenied",
        message: "new row violates row-level security policy",
      });
    }
  }

  deepEqual(await namesIn(bucket), ["a.txt"]);
  equal(await read(bucket, "a.txt"), "a");
});

/**
 * Resumable uploads, with the clients that people use.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { Upload } from "tus-js-client";
import {
  asPerson,
  asSecret,
  bytes,
  created,
  ENDPOINT,
  offsetOf,
  patch,
  send,
  SIGNED,
  traces,
  tus,
  withToken,
} from "./tus.ts";
import { sendWithUppy } from "./uppy.ts";
import { ANN, BOB, text, world } from "./world.ts";

const CONTENT = bytes(100_000);

async function contentOf(bucket: string, path: string): Promise<Uint8Array> {
  const { data } = await world.service().storage.from(bucket).download(path);
  return new Uint8Array(await data?.arrayBuffer() ?? new ArrayBuffer());
}

Deno.test("tus-js-client uploads in pieces, and the row is the one of any upload", async () => {
  await world.makeBucket("tus");
  const path = `${ANN}/a.bin`;

  await send(CONTENT, {
    chunkSize: 40_000,
    headers: await asPerson(ANN),
    metadata: {
      bucketName: "tus",
      objectName: path,
      contentType: "image/png",
      cacheControl: "3600",
      metadata: JSON.stringify({ title: "Ann" }),
    },
  });

  const [row] = await world.objectsIn("tus");
  const { lastModified, ...metadata } = row?.metadata ?? {};
  ok(Math.abs(Date.parse(`${lastModified}`) - Date.now()) < 60_000);
  deepEqual(metadata, {
    eTag: `"${createHash("md5").update(CONTENT).digest("hex")}"`,
    size: 100_000,
    mimetype: "image/png",
    cacheControl: "max-age=3600",
    contentLength: 100_000,
    httpStatusCode: 200,
  });
  deepEqual([row?.owner, row?.owner_id], [ANN, ANN]);
  deepEqual(row?.user_metadata, { title: "Ann" });
  ok((await world.files()).includes(row?.version ?? ""));
  deepEqual(await contentOf("tus", path), CONTENT);
});

Deno.test("@uppy/tus uploads in pieces", async () => {
  await world.makeBucket("uppy");
  const metadata = { bucketName: "uppy", objectName: "a.bin" };

  const failed = await sendWithUppy(
    CONTENT,
    { ...metadata, contentType: "a/b" },
    {
      endpoint: `${world.url}/storage/v1${ENDPOINT}`,
      headers: asSecret(),
      chunkSize: 40_000,
    },
  );

  deepEqual(failed, []);
  deepEqual(await contentOf("uppy", "a.bin"), CONTENT);
  equal((await world.objectsIn("uppy"))[0]?.metadata["mimetype"], "a/b");
});

Deno.test("tus-js-client uploads with a token alone, for whoever signed it", async () => {
  await world.makeBucket("tus-signed");
  const path = `${ANN}/a.txt`;

  await send(bytes(10), {
    endpoint: SIGNED,
    headers: { ...await withToken("tus-signed", path, ANN) },
    metadata: { bucketName: "tus-signed", objectName: path },
  });

  const [row] = await world.objectsIn("tus-signed");
  deepEqual([row?.owner_id, row?.user_metadata], [ANN, null]);
  equal(row?.metadata["mimetype"], "application/octet-stream");
  equal(row?.metadata["cacheControl"], "no-cache");
});

Deno.test("tus-js-client uploads a stream whose length it learns at its end", async () => {
  await world.makeBucket("tus-stream");
  const pieces = [CONTENT.slice(0, 30_000), CONTENT.slice(30_000)];

  await send(Readable.from(pieces.map((it) => Buffer.from(it))), {
    uploadLengthDeferred: true,
    chunkSize: 40_000,
    headers: { ...asSecret() },
    metadata: { bucketName: "tus-stream", objectName: "a.bin" },
  });

  deepEqual(await contentOf("tus-stream", "a.bin"), CONTENT);
});

for (const [why, content] of [["bytes", bytes(10)], ["none", bytes(0)]]) {
  Deno.test(`tus-js-client uploads ${why} with the request that creates the upload`, async () => {
    const bucketName = `tus-at-once-${why}`;
    await world.makeBucket(bucketName);

    await send(content as Uint8Array, {
      uploadDataDuringCreation: true,
      headers: { ...asSecret() },
      metadata: { bucketName, objectName: "a.bin" },
    });

    deepEqual(await contentOf(bucketName, "a.bin"), content);
  });
}

Deno.test("x-upsert replaces an object, and its bytes go", async () => {
  await world.makeBucket("tus-upsert");
  const bucket = world.service().storage.from("tus-upsert");
  await bucket.upload("a.txt", text("old"));
  const [old] = await world.objectsIn("tus-upsert");

  await send(new TextEncoder().encode("new"), {
    headers: { ...asSecret({ "x-upsert": "true" }) },
    metadata: { bucketName: "tus-upsert", objectName: "a.txt" },
  });

  equal(await (await bucket.download("a.txt")).data?.text(), "new");
  equal((await world.files()).includes(old?.version ?? ""), false);
});

Deno.test("an upload that was stopped goes on where it was", async () => {
  await world.makeBucket("tus-stopped");
  const options = {
    endpoint: `${world.url}/storage/v1${ENDPOINT}`,
    headers: { ...asSecret() },
    metadata: { bucketName: "tus-stopped", objectName: "a.bin" },
    chunkSize: 40_000,
  };
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const first = new Upload(Buffer.from(CONTENT), {
    ...options,
    onError: reject,
    onChunkComplete: () => resolve(first.abort()),
  });
  first.start();
  await promise;
  deepEqual(await world.objectsIn("tus-stopped"), []);
  const sent: number[] = [];

  await send(CONTENT, {
    ...options,
    endpoint: ENDPOINT,
    uploadUrl: first.url,
    onChunkComplete: (size) => sent.push(size),
  });

  deepEqual(sent, [40_000, 20_000]);
  deepEqual(await contentOf("tus-stopped", "a.bin"), CONTENT);
});

Deno.test("termination removes everything, and an end cannot be taken back", async () => {
  await world.makeBucket("tus-ended");
  const before = await traces();
  const metadata = { bucketName: "tus-ended", objectName: "a.bin" };
  const location = await created(metadata, 10, asSecret());
  await (await patch(location, 0, bytes(5), asSecret())).body?.cancel();

  const ended = await tus("DELETE", location, asSecret());
  equal(ended.status, 204);
  deepEqual(await traces(), before);
  deepEqual(await world.objectsIn("tus-ended"), []);
  const gone = await tus("HEAD", location, asSecret());
  equal(gone.status, 404);

  const other = await send(bytes(10), {
    headers: { ...asSecret({ "x-upsert": "true" }) },
    metadata,
  });
  const late = await tus(
    "DELETE",
    other.url ?? "",
    asSecret({ "x-upsert": "true" }),
  );
  equal(late.status, 400);
  equal(await late.text(), "Cannot terminate an already completed upload");
  deepEqual(await contentOf("tus-ended", "a.bin"), bytes(10));
});

Deno.test("a sender who missed the last answer hears that all has come", async () => {
  await world.makeBucket("tus-heard");
  const metadata = { bucketName: "tus-heard", objectName: "a.bin" };

  const { url } = await send(bytes(10), {
    headers: { ...asSecret() },
    metadata,
  });

  equal(await offsetOf(url ?? "", asSecret()), "10");
});

Deno.test("POST says when an upload ends, and where it is", async () => {
  await world.makeBucket("tus-said");
  const metadata = { bucketName: "tus-said", objectName: "a/b.bin" };

  const location = await created(metadata, 10, asSecret());
  const asked = await tus("HEAD", location, asSecret());
  const went = await patch(location, 0, bytes(5), asSecret());

  const [, id = ""] = location.split(`${world.url}/storage/v1${ENDPOINT}/`);
  match(
    Buffer.from(id, "base64url").toString(),
    /^tus-said\/a\/b\.bin\/[0-9a-f-]{36}$/,
  );
  equal(asked.headers.get("upload-length"), "10");
  equal(asked.headers.get("cache-control"), "no-store");
  equal(went.headers.get("upload-offset"), "5");
  const expires = Date.parse(went.headers.get("upload-expires") ?? "");
  const dayMs = 24 * 60 * 60 * 1000;
  ok(Math.abs(expires - Date.now() - dayMs) < 60_000);
});

Deno.test("OPTIONS says what the protocol can do here", async () => {
  const response = await world.request(ENDPOINT, { method: "OPTIONS" });

  equal(response.status, 204);
  equal(response.headers.get("tus-version"), "1.0.0");
  equal(
    response.headers.get("tus-extension"),
    "creation,creation-with-upload,creation-defer-length,termination,expiration",
  );
});

Deno.test("policies see what is done and of what, and decide at every step", async () => {
  await world.makeBucket("tus-asked");
  await world.database.asOwner((sql) =>
    sql.run(`
      create table public.tus_doors (operation text);
      grant select on public.tus_doors to anon;
      create policy "small pictures of Ann's, where a door is open"
        on storage.objects for insert to anon with check (
          bucket_id = 'tus-asked'
          and metadata ->> 'mimetype' = 'image/png'
          and (metadata ->> 'contentLength')::int = 10
          and user_metadata ->> 'title' = 'Ann'
          and storage.allow_any_operation(
            array(select operation from public.tus_doors)))`)
  );
  const open = (operation: string) =>
    world.rows("insert into public.tus_doors values ($1)", [operation]);
  const nobody = { apikey: world.keys.publishable };
  const metadata = {
    bucketName: "tus-asked",
    objectName: "a.png",
    contentType: "image/png",
    metadata: '{"title":"Ann"}',
  };

  await open("tus.upload.create");
  const location = await created(metadata, 10, nobody);
  const refused = await patch(location, 0, bytes(10), nobody);
  equal(refused.status, 403);
  await refused.body?.cancel();
  equal(await offsetOf(location, nobody), "0");

  await open("tus.upload.part");
  const taken = await patch(location, 0, bytes(10), nobody);
  equal(taken.status, 204);
  equal((await world.objectsIn("tus-asked")).length, 1);
});

Deno.test("an upload of Ann's is not Bob's to go on with", async () => {
  await world.makeBucket("tus-hers");
  const metadata = { bucketName: "tus-hers", objectName: `${ANN}/a.bin` };
  const location = await created(metadata, 10, await asPerson(ANN));

  const patched = await patch(location, 0, bytes(10), await asPerson(BOB));
  const ended = await tus("DELETE", location, await asPerson(BOB));

  for (const response of [patched, ended]) {
    equal(response.status, 403);
    const message = "new row violates row-level security policy";
    equal(await response.text(), message);
  }
  equal(await offsetOf(location, await asPerson(ANN)), "0");
  deepEqual(await world.objectsIn("tus-hers"), []);
});

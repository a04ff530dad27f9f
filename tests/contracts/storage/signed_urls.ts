/**
 * URLs that carry their own permission.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import {
  anyone,
  namesIn,
  newBucket,
  read,
  refusalOf,
  request,
  text,
} from "./supabase.ts";

Deno.test("createSignedUrl() lets a stranger read, under another name", async () => {
  const { bucket } = await newBucket();
  await bucket.upload("a.txt", text("a"));

  const { data } = await bucket.createSignedUrl("a.txt", 60, {
    download: "b.txt",
  });
  const response = await fetch(data?.signedUrl ?? "");

  equal(await response.text(), "a");
  match(
    response.headers.get("content-disposition") ?? "",
    /^attachment; filename=b\.txt;/,
  );
});

Deno.test("createSignedUrls() signs what there is, with a name to save it by", async () => {
  const { bucket } = await newBucket();
  await bucket.upload("a.txt", text("a"));

  const { data } = await bucket.createSignedUrls(["a.txt", "b.txt"], 60, {
    download: true,
  });
  const [a, b] = data ?? [];

  const response = await fetch(a?.signedUrl ?? "");
  equal(await response.text(), "a");
  match(response.headers.get("content-disposition") ?? "", /^attachment;/);
  deepEqual([a?.path, a?.error], ["a.txt", null]);
  deepEqual([b?.path, b?.signedUrl], ["b.txt", null]);
  match(b?.error ?? "", /^Either the object does not exist/);
});

Deno.test("createSignedUrl() refuses an object that is not there", async () => {
  const { bucket } = await newBucket();

  const { data, error } = await bucket.createSignedUrl("none.txt", 60);

  equal(data, null);
  equal(refusalOf(error).code, "NoSuchKey");
});

Deno.test("a signed URL is good for its object alone", async () => {
  const { name, bucket } = await newBucket();
  await bucket.upload("a.txt", text("a"));
  await bucket.upload("b.txt", text("b"));
  const { data } = await bucket.createSignedUrl("a.txt", 60);
  const { search } = new URL(data?.signedUrl ?? "");

  const other = await request(`/object/sign/${name}/b.txt${search}`);
  const none = await request(`/object/sign/${name}/a.txt?token=none`);

  equal((await other.json()).code, "InvalidSignature");
  equal((await none.json()).code, "InvalidJWT");
});

Deno.test("createSignedUploadUrl() lets a stranger upload, once", async () => {
  const { name, bucket } = await newBucket();
  const { data: ticket } = await bucket.createSignedUploadUrl("a.txt");
  const token = ticket?.token ?? "";
  const stranger = anyone.storage.from(name);

  const first = await stranger.uploadToSignedUrl("a.txt", token, text("a"));
  const again = await stranger.uploadToSignedUrl("a.txt", token, text("b"));
  const other = await stranger.uploadToSignedUrl("b.txt", token, text("b"));

  deepEqual(first.data, { path: "a.txt", fullPath: `${name}/a.txt` });
  equal(refusalOf(again.error).statusCode, "409");
  equal(refusalOf(other.error).code, "InvalidSignature");
  deepEqual(await namesIn(bucket), ["a.txt"]);
  equal(await read(bucket, "a.txt"), "a");
});

Deno.test("createSignedUploadUrl() replaces if it was signed to", async () => {
  const { bucket } = await newBucket();
  await bucket.upload("a.txt", text("old"));
  const taken = await bucket.createSignedUploadUrl("a.txt");
  const upsert = { upsert: true };
  const { data: ticket } = await bucket.createSignedUploadUrl("a.txt", upsert);

  const { error } = await bucket
    .uploadToSignedUrl("a.txt", ticket?.token ?? "", text("new"));

  equal(refusalOf(taken.error).statusCode, "409");
  equal(error, null);
  equal(await read(bucket, "a.txt"), "new");
});

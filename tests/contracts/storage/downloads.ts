/**
 * Downloads: who may see what, and with which headers.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import {
  anyone,
  asService,
  newBucket,
  newPerson,
  refusalOf,
  request,
  text,
} from "./supabase.ts";

Deno.test("download() answers with the type and the headers of the object", async () => {
  const { name, bucket } = await newBucket();
  await bucket.upload("a.css", text("a{}", "text/css"), { cacheControl: "60" });
  const path = `/object/authenticated/${name}/a.css`;

  const got = await request(path, { headers: asService() });
  equal(await got.text(), "a{}");
  const head = await request(path, { method: "HEAD", headers: asService() });
  equal(await head.text(), "");

  for (const { status, headers } of [got, head]) {
    equal(status, 200);
    match(headers.get("content-type") ?? "", /^text\/css/);
    match(headers.get("cache-control") ?? "", /max-age=60/);
    match(headers.get("etag") ?? "", /^(W\/)?"\w+/);
    match(headers.get("last-modified") ?? "", / GMT$/);
    equal(headers.get("accept-ranges"), "bytes");
  }
});

Deno.test("?download= names the file that a browser saves", async () => {
  const { bucket } = await newBucket({ public: true });
  await bucket.upload("a.txt", text("a"));

  async function dispositionOf(
    download: string | true,
  ): Promise<string | null> {
    const { publicUrl } = bucket.getPublicUrl("a.txt", { download }).data;
    const response = await fetch(publicUrl);
    equal(await response.text(), "a");
    return response.headers.get("content-disposition");
  }

  equal(
    await dispositionOf("b ü.txt"),
    "attachment; filename=b%20%C3%BC.txt; filename*=UTF-8''b%20%C3%BC.txt;",
  );
  equal(await dispositionOf(true), "attachment;");
});

Deno.test("a public bucket is open to read, by everybody, and to nothing else", async () => {
  const { name, bucket } = await newBucket({ public: true });
  await bucket.upload("a.txt", text("a"));
  const stranger = anyone.storage.from(name);
  const { publicUrl } = stranger.getPublicUrl("a.txt").data;

  equal(await (await fetch(publicUrl)).text(), "a");
  equal(await (await stranger.download("a.txt")).data?.text(), "a");
  equal((await stranger.info("a.txt")).data?.size, 1);
  deepEqual((await stranger.list()).data, []);
  deepEqual((await stranger.listV2()).data?.objects, []);
});

Deno.test("a private object does not exist for those who may not see it", async () => {
  const { name, bucket } = await newBucket();
  await bucket.upload("a.txt", text("a"));

  for (const { storage } of [anyone, await newPerson()]) {
    const theirs = storage.from(name);
    const answers = {
      download: await theirs.download("a.txt"),
      info: await theirs.info("a.txt"),
      sign: await theirs.createSignedUrl("a.txt", 60),
    };
    for (const [call, { data, error }] of Object.entries(answers)) {
      equal(data, null, call);
      equal(refusalOf(error).code, "NoSuchKey", call);
    }
    equal((await theirs.exists("a.txt")).data, false);
    deepEqual((await theirs.list()).data, []);
    const { data } = await theirs.createSignedUrls(["a.txt"], 60);
    equal(data?.[0]?.signedUrl, null);
  }

  const { publicUrl } = bucket.getPublicUrl("a.txt").data;
  const response = await fetch(publicUrl);
  equal((await response.json()).code, "NoSuchBucket");
});

Deno.test("exists() tells an object from none", async () => {
  const { bucket } = await newBucket();
  await bucket.upload("a.txt", text("a"));

  equal((await bucket.exists("a.txt")).data, true);
  const none = await bucket.exists("b.txt");
  equal(none.data, false);
  deepEqual(refusalOf(none.error), {
    statusCode: "404",
    code: "NoSuchKey",
    message: "Object not found",
  });
});

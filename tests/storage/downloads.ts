/**
 * Downloads: who may see what, with which headers.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { ANN, BOB, refusalOf, text, world } from "./world.ts";

Deno.test("a private object does not exist for those who may not see it", async () => {
  await world.makeBucket("hidden");
  const path = `${ANN}/secret.txt`;
  await (await world.person(ANN)).storage.from("hidden")
    .upload(path, text("hers"));
  const bucket = (await world.person(BOB)).storage.from("hidden");

  const answers = {
    download: await bucket.download(path),
    info: await bucket.info(path),
    sign: await bucket.createSignedUrl(path, 60),
  };
  for (const [verb, { data, error }] of Object.entries(answers)) {
    equal(data, null, verb);
    equal(error?.message, "Object not found", verb);
  }
  deepEqual((await bucket.list(ANN)).data, []);
  const [signed] = (await bucket.createSignedUrls([path], 60)).data ?? [];
  equal(signed?.signedUrl, null);
  match(signed?.error ?? "", /^Either the object does not exist or you/);
  equal((await bucket.exists(path)).data, false);
  deepEqual((await bucket.remove([path])).data, []);

  const { data } = await (await world.person(ANN)).storage.from("hidden")
    .download(path);
  equal(await data?.text(), "hers");
});

Deno.test("GET /object sends the headers of the real server, and HEAD sends only those", async () => {
  await world.makeBucket("headers");
  await world.service().storage.from("headers").upload(
    "page.html",
    text("<script>alert(1)</script>", "text/html;charset=utf-8"),
    { cacheControl: "120" },
  );
  const path = "/object/authenticated/headers/page.html?download=";

  const got = await world.request(path, { headers: world.asService() });
  equal(await got.text(), "<script>alert(1)</script>");
  const head = await world.request(path, {
    method: "HEAD",
    headers: world.asService(),
  });
  equal(await head.text(), "");

  for (const { status, headers } of [got, head]) {
    equal(status, 200);
    equal(headers.get("content-type"), "text/plain");
    equal(headers.get("content-length"), "25");
    equal(headers.get("cache-control"), "max-age=120");
    equal(headers.get("x-robots-tag"), "none");
    equal(headers.get("content-disposition"), "attachment;");
    equal(headers.get("accept-ranges"), "bytes");
    match(headers.get("etag") ?? "", /^"[0-9a-f]{32}"$/);
    match(headers.get("last-modified") ?? "", / GMT$/);
  }
});

Deno.test("a public bucket is open to read, by everybody, and to nothing else", async () => {
  await world.makeBucket("open", { public: true });
  await world.makeBucket("closed");
  for (const name of ["open", "closed"]) {
    await world.service().storage.from(name).upload("a.txt", text("a"));
  }
  const stranger = world.anyone().storage.from("open");
  const { publicUrl } = stranger.getPublicUrl("a.txt").data;

  equal(await (await fetch(publicUrl)).text(), "a");
  equal(await (await world.request("/object/open/a.txt")).text(), "a");
  equal(
    (await (await world.request("/object/info/public/open/a.txt")).json()).size,
    1,
  );

  const shut = ["public/closed", "closed", "info/public/closed", "info/closed"];
  for (const route of shut) {
    const refusal = await refusalOf(
      await world.request(`/object/${route}/a.txt`),
    );
    equal(refusal.code, "NoSuchBucket", route);
    equal(refusal.status, 400);
  }
  deepEqual((await stranger.list()).data, []);
  deepEqual((await stranger.remove(["a.txt"])).data, []);
  ok((await stranger.upload("b.txt", text("b"))).error);
  equal((await world.objectsIn("open")).length, 1);
});

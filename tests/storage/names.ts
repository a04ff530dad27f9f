/**
 * Names of objects: what they may be, and that they never become paths.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { join } from "node:path";
import { refusalOf, text, world } from "./world.ts";

Deno.test("a path with spaces and signs works everywhere", async () => {
  await world.makeBucket("spaces");
  const bucket = world.service().storage.from("spaces");
  const path = "a folder/it's (1) & more, @=;:+$!*.txt";

  const uploaded = await bucket.upload(path, text("here"));
  equal(uploaded.data?.path, path);
  equal(await (await bucket.download(path)).data?.text(), "here");
  equal((await bucket.info(path)).data?.name, path);

  const { data } = await bucket.createSignedUrl(path, 60);
  equal(await (await fetch(data?.signedUrl ?? "")).text(), "here");
  const ticket = await bucket.createSignedUploadUrl(`${path}.bak`);
  const { token = "" } = ticket.data ?? {};
  const put = await bucket.uploadToSignedUrl(`${path}.bak`, token, text("b"));
  equal(put.data?.fullPath, `spaces/${path}.bak`);
  equal((await bucket.remove([path])).data?.[0]?.name, path);
});

Deno.test("a path with letters beyond ASCII is an invalid key", async () => {
  await world.makeBucket("unicode");
  const bucket = world.service().storage.from("unicode");
  await bucket.upload("a.txt", text("a"));
  const before = [await world.objectsIn("unicode"), await world.files()];

  for (const path of ["été.txt", "文档.txt", "🚀.png"]) {
    const { error } = await bucket.upload(path, text("x"));
    equal(error?.message, `Invalid key: ${path}`);
    const signed = await bucket.createSignedUploadUrl(path);
    equal(signed.error?.message, `Invalid key: ${path}`);
    const moved = await bucket.move("a.txt", path);
    equal(moved.error?.message, `Invalid key: ${path}`);
    const copied = await bucket.copy("a.txt", path);
    equal(copied.error?.message, `Invalid key: ${path}`);
  }
  deepEqual([await world.objectsIn("unicode"), await world.files()], before);
});

Deno.test("a name never becomes a path", async () => {
  await world.makeBucket("traversal");
  const before = await world.files();

  const response = await world.request(
    "/object/traversal/..%2F..%2Fkeys.json",
    {
      method: "POST",
      headers: world.asService({ "content-type": "text/plain" }),
      body: "mine",
    },
  );
  await response.body?.cancel();

  equal(response.status, 200);
  const [row] = await world.objectsIn("traversal");
  deepEqual(await world.files(), [...before, row?.version ?? ""].sort());
});

Deno.test("a version that SQL wrote never becomes a path", async () => {
  await world.makeBucket("versions");
  await Deno.writeTextFile(join(world.folder, "..", "secret"), "secret");
  const before = await world.files();
  const bucket = world.service().storage.from("versions");
  for (const [name, version] of [["a", "../secret"], ["b", null]]) {
    await world.rows(
      `insert into storage.objects (bucket_id, name, version)
       values ('versions', $1, $2)`,
      [name, version],
    );
    const path = `/object/versions/${name}`;
    const response = await world.request(path, { headers: world.asService() });
    equal((await refusalOf(response)).message, "The resource was not found");
  }

  await bucket.update("a", text("new"));
  await bucket.remove(["b"]);

  equal((await world.files()).length, before.length + 1);
  const secret = await Deno.readTextFile(join(world.folder, "..", "secret"));
  equal(secret, "secret");
});

Deno.test("storage.foldername() and its like take a name apart", async () => {
  const [row] = await world.rows(
    `select storage.foldername('a/b/c.tar.gz') as folders,
      storage.foldername('c') as none, storage.filename('a/b/c.tar.gz') as file,
      storage.extension('a/b/c.tar.gz') as extension`,
  );

  deepEqual(row, {
    folders: ["a", "b"],
    none: [],
    file: "c.tar.gz",
    extension: "gz",
  });
});

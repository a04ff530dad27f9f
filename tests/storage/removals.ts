/**
 * Removals: rows and bytes go together.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { join } from "node:path";
import { sweepOrphans } from "../../local/storage/routes.ts";
import { ANN, BOB, refusalOf, text, world } from "./world.ts";

Deno.test("remove() returns the rows and deletes the bytes of what one owns", async () => {
  await world.makeBucket("bin");
  const ann = (await world.person(ANN)).storage.from("bin");
  const before = await world.files();
  await ann.upload(`${ANN}/a.txt`, text("a"));
  await ann.upload(`${ANN}/b.txt`, text("b"));
  const full = await world.files();
  const bob = (await world.person(BOB)).storage.from("bin");

  deepEqual((await bob.remove([`${ANN}/a.txt`])).data, []);
  deepEqual(await world.files(), full);
  equal((await world.objectsIn("bin")).length, 2);

  const { data } = await ann.remove([`${ANN}/a.txt`, `${ANN}/none.txt`]);
  deepEqual(data?.map(({ name }) => name), [`${ANN}/a.txt`]);
  equal((await world.files()).length, full.length - 1);

  const path = `/object/bin/${ANN}/b.txt`;
  const first = await world.request(path, {
    method: "DELETE",
    headers: world.asService(),
  });
  deepEqual(await first.json(), { message: "Successfully deleted" });
  const second = await world.request(path, {
    method: "DELETE",
    headers: world.asService(),
  });
  equal((await refusalOf(second)).code, "NoSuchKey");
  deepEqual(await world.files(), before);
});

Deno.test("DELETE /object refuses what the caller may not delete", async () => {
  await world.makeBucket("not-his");
  const path = `${ANN}/a.txt`;
  await (await world.person(ANN)).storage.from("not-his")
    .upload(path, text("hers"));
  const before = [await world.objectsIn("not-his"), await world.files()];

  const response = await world.request(`/object/not-his/${path}`, {
    method: "DELETE",
    headers: { apikey: world.keys.publishable },
  });

  deepEqual(await refusalOf(response), {
    status: 400,
    statusCode: "403",
    error: "Unauthorized",
    message: "Access denied",
    code: "AccessDenied",
  });
  deepEqual([await world.objectsIn("not-his"), await world.files()], before);
});

Deno.test("sweepOrphans() removes what a crash left, and nothing else", async () => {
  await world.makeBucket("swept");
  await world.service().storage.from("swept").upload("a.txt", text("a"));
  const kept = await world.files();
  const { folder } = world;
  const orphans = [crypto.randomUUID(), `${crypto.randomUUID()}.part`];
  for (const name of [...orphans, "notes.txt"]) {
    await Deno.writeTextFile(join(folder, name), "left over");
  }

  await sweepOrphans(world);

  deepEqual(await world.files(), [...kept, "notes.txt"].sort());
  await Deno.remove(join(folder, "notes.txt"));
});

/**
 * Moves: who may, and what is left in the folder of bytes.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { ANN, BOB, text, world } from "./world.ts";

Deno.test("move() asks the policies for select and update", async () => {
  await world.makeBucket("rls-move");
  const ann = (await world.person(ANN)).storage.from("rls-move");
  const bob = (await world.person(BOB)).storage.from("rls-move");
  await ann.upload(`${ANN}/a.txt`, text("hers"));
  const before = [await world.objectsIn("rls-move"), await world.files()];

  const unseen = await bob.move(`${ANN}/a.txt`, `${BOB}/a.txt`);
  await world.rows(
    `create policy "nothing goes to the attic" on storage.objects
      as restrictive for update to authenticated
      using (true) with check (name not like 'attic/%')`,
  );
  const forbidden = await ann.move(`${ANN}/a.txt`, "attic/a.txt");

  equal(unseen.error?.message, "Object not found");
  equal(
    forbidden.error?.message,
    "new row violates row-level security policy",
  );
  deepEqual([await world.objectsIn("rls-move"), await world.files()], before);

  equal((await ann.move(`${ANN}/a.txt`, `${ANN}/b.txt`)).error, null);
  const [row] = await world.objectsIn("rls-move");
  equal(row?.owner_id, ANN);
});

Deno.test("move() gives the same bytes another version", async () => {
  await world.makeBucket("moved");
  const bucket = world.service().storage.from("moved");
  await bucket.upload("a.txt", text("a"), { metadata: { n: 1 } });
  const files = await world.files();
  const [before] = await world.objectsIn("moved");

  await bucket.move("a.txt", "b.txt");

  const [after] = await world.objectsIn("moved");
  ok(after?.version !== before?.version);
  const left = files.filter((it) => it !== before?.version);
  deepEqual(
    (await world.files()).filter((it) => it !== after?.version),
    left,
  );
  const { data } = await bucket.download("b.txt");
  equal(await data?.text(), "a");
  const { lastModified: _then, ...was } = before?.metadata ?? {};
  const { lastModified: _now, ...is } = after?.metadata ?? {};
  deepEqual(is, was);
  deepEqual(after?.user_metadata, { n: 1 });
});

Deno.test("move() makes a person the owner, and leaves the owner to a secret key", async () => {
  await world.makeBucket("owner-move");
  await world.rows(
    `create policy "people share owner-move" on storage.objects for all
      to authenticated using (bucket_id = 'owner-move')`,
  );
  const [ann, bob, service] = [
    await world.person(ANN),
    await world.person(BOB),
    world.service(),
  ].map(({ storage }) => storage.from("owner-move"));
  await ann?.upload("a.txt", text("a"));
  const ownersOf = async () =>
    (await world.objectsIn("owner-move"))
      .map(({ owner, owner_id: ownerId }) => [owner, ownerId]);

  await service?.move("a.txt", "b.txt");
  deepEqual(await ownersOf(), [[ANN, ANN]]);
  await bob?.move("b.txt", "c.txt");
  deepEqual(await ownersOf(), [[BOB, BOB]]);
});

Deno.test("move() lets one of many have the object", async () => {
  await world.makeBucket("move-race");
  const bucket = world.service().storage.from("move-race");
  await bucket.upload("a.txt", text("a"));
  const files = await world.files();

  const results = await Promise.all(
    Array.from({ length: 8 }, (_, n) => bucket.move("a.txt", `${n}.txt`)),
  );

  const winners = results.flatMap(({ error }, n) => error ? [] : [n]);
  equal(winners.length, 1);
  equal((await world.files()).length, files.length);
  const { data } = await bucket.download(`${winners[0]}.txt`);
  equal(await data?.text(), "a");
  equal((await world.objectsIn("move-race")).length, 1);
});

Deno.test("move() and remove() at once leave all of an object or none", async () => {
  await world.makeBucket("move-remove");
  const bucket = world.service().storage.from("move-remove");
  for (let round = 0; round < 8; round++) {
    await bucket.upload("a.txt", text("a"));

    await Promise.all([
      bucket.move("a.txt", "b.txt"),
      bucket.remove(["a.txt"]),
      bucket.move("a.txt", "c.txt"),
    ]);

    const rows = await world.objectsIn("move-remove");
    ok(rows.length <= 1);
    const files = await world.files();
    ok(rows.every(({ version }) => files.includes(version)));
    await bucket.remove(["a.txt", "b.txt", "c.txt"]);
    equal((await world.files()).length, files.length - rows.length);
  }
});

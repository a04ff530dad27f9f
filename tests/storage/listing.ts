/**
 * Lists, as SQL has them and as policies cut them.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { ANN, BOB, text, world } from "./world.ts";

async function fill(bucket: string, paths: string[]): Promise<void> {
  await world.makeBucket(bucket);
  for (const path of paths) {
    const { error } = await world.service().storage.from(bucket)
      .upload(path, text(path));
    equal(error, null);
  }
}

Deno.test("list() and listV2() show people what policies show them", async () => {
  await fill("partly", [`${BOB}/b.txt`, "c.txt"]);
  const bucket = (await world.person(ANN)).storage.from("partly");
  await bucket.upload(`${ANN}/a.txt`, text("a"));

  const list = await bucket.list();
  const below = await bucket.listV2();
  const level = await bucket.listV2({ "with_delimiter": true });

  deepEqual(list.data?.map(({ name }) => name), [ANN]);
  deepEqual(below.data?.objects.map(({ name }) => name), [`${ANN}/a.txt`]);
  deepEqual(level.data?.folders.map(({ name }) => name), [`${ANN}/`]);
});

Deno.test("listV2() pages past a file and a folder of one name", async () => {
  await fill("twins", ["a", "a-b", "a/b", "a/c", "a0"]);
  const bucket = world.service().storage.from("twins");
  for (const order of ["asc", "desc"] as const) {
    for (const column of ["name", "created_at"] as const) {
      const names: string[] = [];
      for (let cursor = ""; names.length < 10;) {
        const { data } = await bucket.listV2({
          "with_delimiter": true,
          limit: 1,
          sortBy: { column, order },
          ...cursor !== "" && { cursor },
        });
        const { folders = [], objects = [], nextCursor } = data ?? {};
        names.push(...[...folders, ...objects].map(({ name }) => name));
        if (nextCursor === undefined) break;
        cursor = nextCursor;
      }

      const expected = ["a", "a-b", "a/", "a0"];
      if (order === "desc") expected.reverse();
      deepEqual(names, expected, `${column} ${order}`);
    }
  }
});

Deno.test("list() takes folders whose names differ in case for one", async () => {
  await fill("cases", ["A/1", "a/2", "B", "b/3"]);

  const { data } = await world.service().storage.from("cases").list();

  deepEqual(data?.map(({ name, id }) => [name, id === null]), [
    ["A", true],
    ["B", false],
    ["b", true],
  ]);
});

Deno.test("the listing functions of the platform are there for SQL", async () => {
  await fill("in-sql", ["a/b/1", "a/c", "a/d/2", "e"]);
  // A name as no client would send it.
  await world.rows(
    `insert into storage.objects (bucket_id, name, metadata)
     values ('in-sql', 'f//3', '{"size": 7}')`,
  );
  async function names(call: string): Promise<string[]> {
    const rows = await world.rows<{ name: string; id: string | null }>(
      `select name, id from storage.${call}`,
    );
    return rows.map(({ name, id }) => id === null ? `${name}/` : name);
  }

  deepEqual(await names("search('a/', 'in-sql', levels => 2)"), [
    "b/",
    "c",
    "d/",
  ]);
  deepEqual(await names("search_v2('a/', 'in-sql', levels => 2)"), [
    "a/b/",
    "a/c",
    "a/d/",
  ]);
  deepEqual(await names("search_v2('f/', 'in-sql')"), ["f//"]);
  deepEqual(await names("list_objects_with_delimiter('in-sql', '', '/')"), [
    "a/",
    "e",
    "f/",
  ]);
  deepEqual(
    await names(
      "list_objects_with_delimiter('in-sql', '', '/', 1, start_after => 'a/')",
    ),
    ["e"],
  );
  deepEqual(
    await names(
      "list_objects_with_delimiter('in-sql', '', '/', sort_order => 'desc')",
    ),
    ["f/", "e", "a/"],
  );
  const [{ size } = {}] = await world.rows<{ size: number }>(
    "select size from storage.get_size_by_bucket() where bucket_id = 'in-sql'",
  );
  equal(size, 5 + 3 + 5 + 1 + 7);
});

Deno.test("search_v2() dates a folder by its oldest object", async () => {
  await fill("dated", ["old/1", "new.txt", "old/2"]);

  const { data } = await world.service().storage.from("dated").listV2({
    "with_delimiter": true,
    sortBy: { column: "created_at", order: "desc" },
  });

  const [first] = await world.objectsIn("dated");
  equal(first !== undefined, true);
  deepEqual(data?.folders.map(({ name }) => name), ["old/"]);
  const [folder] = await world.rows<{ same: boolean }>(
    `select v.created_at = (select min(created_at) from storage.objects
        where bucket_id = 'dated' and name like 'old/%') as same
      from storage.search_v2('', 'dated', sort_column => 'created_at') v
      where v.name = 'old'`,
  );
  equal(folder?.same, true);
});

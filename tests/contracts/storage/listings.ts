/**
 * What is in a bucket, by folders and by pages.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { type BucketClient, newBucket, refusalOf, text } from "./supabase.ts";

/** In the order of uploads, which the dates follow. */
const PATHS = ["b.txt", "a.txt", "a_b.txt", "x/c.txt", "x/y/d.txt", "z/e"];

async function newShelf(): Promise<BucketClient> {
  const { bucket } = await newBucket();
  for (const path of PATHS) {
    equal((await bucket.upload(path, text(path))).error, null);
  }
  return bucket;
}

/** Folders end in a slash. */
async function listed(
  bucket: BucketClient,
  ...list: Parameters<BucketClient["list"]>
): Promise<string[]> {
  const { data, error } = await bucket.list(...list);
  equal(error, null);
  return data?.map(({ name, id }) => id === null ? `${name}/` : name) ?? [];
}

Deno.test("list() shows one level of a folder", async () => {
  const bucket = await newShelf();

  deepEqual(await listed(bucket), ["a.txt", "a_b.txt", "b.txt", "x/", "z/"]);
  deepEqual(await listed(bucket, "x"), ["c.txt", "y/"]);
  deepEqual(await listed(bucket, "x/"), ["c.txt", "y/"]);
  deepEqual(await listed(bucket, "none"), []);
  const [file] = (await bucket.list("z")).data ?? [];
  equal(file?.name, "e");
  equal(file?.metadata?.["size"], 3);
  equal(typeof file?.id, "string");
});

Deno.test("list() pages, searches and sorts", async () => {
  const bucket = await newShelf();
  const byDate = { column: "created_at", order: "asc" };
  const backwards = { column: "name", order: "desc" };

  deepEqual(await listed(bucket, "", { limit: 2 }), ["a.txt", "a_b.txt"]);
  deepEqual(await listed(bucket, "", { limit: 2, offset: 3 }), ["x/", "z/"]);
  deepEqual(await listed(bucket, "", { search: "A" }), ["a.txt", "a_b.txt"]);
  // In LIKE the underscore would stand for any letter.
  deepEqual(await listed(bucket, "", { search: "a_" }), ["a_b.txt"]);
  deepEqual(await listed(bucket, "", { search: "%" }), []);
  deepEqual(await listed(bucket, "x", { search: "c" }), ["c.txt"]);
  deepEqual(await listed(bucket, "", { sortBy: backwards }), [
    "z/",
    "x/",
    "b.txt",
    "a_b.txt",
    "a.txt",
  ]);
  deepEqual(await listed(bucket, "", { sortBy: byDate }), [
    "x/",
    "z/",
    "b.txt",
    "a.txt",
    "a_b.txt",
  ]);
});

Deno.test("list() refuses to sort by what is no column", async () => {
  const { bucket } = await newBucket();
  const sortBy = { column: "name; drop table x", order: "asc" };

  const { data, error } = await bucket.list("", { sortBy });

  equal(data, null);
  equal(refusalOf(error).statusCode, "400");
});

type Options = NonNullable<Parameters<BucketClient["listV2"]>[0]>;

/**
 * Page after page, each with its folders first. Only the first asks for an
 * order: the cursor is to know it.
 */
async function pagesOf(
  bucket: BucketClient,
  options: Options,
): Promise<string[][]> {
  const pages: string[][] = [];
  const { sortBy: _order, ...rest } = options;
  let asked = options;
  for (let hasNext = true; hasNext && pages.length < 20;) {
    const { data, error } = await bucket.listV2(asked);
    equal(error, null);
    const { folders = [], objects = [], nextCursor } = data ?? {};
    pages.push([...folders, ...objects].map(({ name }) => name));
    hasNext = data?.hasNext ?? false;
    equal(typeof nextCursor, hasNext ? "string" : "undefined");
    if (nextCursor !== undefined) asked = { ...rest, cursor: nextCursor };
  }
  return pages;
}

Deno.test("listV2() shows all that is below a prefix, by whole names", async () => {
  const bucket = await newShelf();
  const sorted = PATHS.toSorted();

  deepEqual(await pagesOf(bucket, {}), [sorted]);
  deepEqual(await pagesOf(bucket, { prefix: "x/" }), [[
    "x/c.txt",
    "x/y/d.txt",
  ]]);
  deepEqual(await pagesOf(bucket, { prefix: "a" }), [["a.txt", "a_b.txt"]]);
  deepEqual(await pagesOf(bucket, { prefix: "%" }), [[]]);
  deepEqual(await pagesOf(bucket, { limit: 4 }), [
    sorted.slice(0, 4),
    sorted.slice(4),
  ]);
  deepEqual(
    (await pagesOf(bucket, {
      limit: 1,
      sortBy: { column: "name", order: "desc" },
    })).flat(),
    sorted.toReversed(),
  );
});

Deno.test("listV2() shows one level with a delimiter", async () => {
  const bucket = await newShelf();
  const level = { "with_delimiter": true };

  deepEqual(await pagesOf(bucket, level), [
    ["x/", "z/", "a.txt", "a_b.txt", "b.txt"],
  ]);
  deepEqual(await pagesOf(bucket, { ...level, prefix: "x/" }), [
    ["x/y/", "x/c.txt"],
  ]);
  deepEqual(await pagesOf(bucket, { ...level, prefix: "%" }), [[]]);
  deepEqual((await pagesOf(bucket, { ...level, limit: 1 })).flat(), [
    "a.txt",
    "a_b.txt",
    "b.txt",
    "x/",
    "z/",
  ]);
});

Deno.test("listV2() pages by date, and a cursor keeps its order", async () => {
  const bucket = await newShelf();
  for (const column of ["created_at", "updated_at"] as const) {
    for (const order of ["asc", "desc"] as const) {
      const paths = order === "asc" ? PATHS : PATHS.toReversed();

      const pages = await pagesOf(bucket, {
        limit: 1,
        sortBy: { column, order },
      });

      deepEqual(pages.flat(), paths, `${column} ${order}`);
    }
  }
});

Deno.test("listV2() refuses a cursor that no page has handed out", async () => {
  const { bucket } = await newBucket();

  const { data, error } = await bucket.listV2({ cursor: "made up" });

  equal(data, null);
  equal(refusalOf(error).statusCode, "400");
});

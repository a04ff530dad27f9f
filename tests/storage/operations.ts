/**
 * What policies may ask of a request, and what SQL may not do.
 *
 * @module
 */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { text, world } from "./world.ts";

interface Note {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
}

/** A policy for everybody that writes down what it is asked about. */
const NOTEBOOK = `
  create table public.notes (operation text, method text, path text, agent text);
  grant insert on public.notes to anon;
  create function public.note() returns boolean
  language sql volatile security definer set search_path = '' as $$
    insert into public.notes values (
      storage.operation(),
      current_setting('request.method', true),
      current_setting('request.path', true),
      current_setting('request.headers', true)::json ->> 'user-agent'
    );
    select true;
  $$;
  create policy "everybody in noted, noted" on storage.objects for all to anon
    using (bucket_id = 'noted' and public.note())
    with check (bucket_id = 'noted' and public.note());
  create policy "everybody sees noted" on storage.buckets for select to anon
    using (id = 'noted');
`;

Deno.test("storage.operation() says what is done", async () => {
  await world.makeBucket("noted");
  await world.database.asOwner((sql) => sql.run(NOTEBOOK));
  const bucket = world.anyone().storage.from("noted");

  async function noted(act: () => PromiseLike<unknown>): Promise<string[]> {
    await world.rows("delete from public.notes");
    await act();
    const notes = await world.rows<Note>("select * from public.notes");
    return [...new Set(notes.map(({ operation }) => operation))];
  }

  const before = await noted(() => bucket.upload("a.txt", text("a")));
  // A rehearsal takes its notes back, and Storage itself asks no policy.
  deepEqual(before, []);
  deepEqual(await noted(() => bucket.list()), ["storage.object.list"]);
  deepEqual(await noted(() => bucket.listV2()), ["storage.object.list_v2"]);
  deepEqual(await noted(() => bucket.info("a.txt")), [
    "storage.object.info_authenticated",
  ]);
  deepEqual(await noted(() => bucket.download("a.txt")), [
    "storage.object.get_authenticated",
  ]);
  deepEqual(await noted(() => bucket.createSignedUrl("a.txt", 9)), [
    "storage.object.sign",
  ]);
  deepEqual(await noted(() => bucket.createSignedUrls(["a.txt"], 9)), [
    "storage.object.sign_many",
  ]);
  deepEqual(await noted(() => bucket.copy("a.txt", "b.txt")), [
    "storage.object.copy",
  ]);
  deepEqual(await noted(() => bucket.remove(["b.txt"])), [
    "storage.object.delete_many",
  ]);

  const [note] = await world.rows<Note>("select * from public.notes");
  equal(note?.method, "DELETE");
  equal(note?.path, "/storage/v1/object/noted");
});

Deno.test("storage.allow_only_operation() opens an object to one call alone", async () => {
  await world.makeBucket("listed");
  await world.rows(
    `create policy "everybody lists listed" on storage.objects for select
      to anon using (bucket_id = 'listed'
        and storage.allow_only_operation('object.list'))`,
  );
  await world.service().storage.from("listed").upload("a.txt", text("a"));
  const bucket = world.anyone().storage.from("listed");

  deepEqual((await bucket.list()).data?.map(({ name }) => name), ["a.txt"]);
  deepEqual((await bucket.listV2()).data?.objects, []);
  equal((await bucket.download("a.txt")).data, null);
});

const ALLOWED: [
  operation: string | null,
  asked: (string | null)[],
  allowed: boolean,
][] = [
  ["storage.object.list", ["object.list"], true],
  ["storage.object.list", ["storage.object.list"], true],
  ["storage.object.list", ["object.copy", "object.list"], true],
  ["storage.object.list", ["object.list_v2", "object", "", null], false],
  ["storage.object.list", [], false],
  ["", [""], false],
  [null, ["object.list"], false],
];

for (const [operation, asked, allowed] of ALLOWED) {
  Deno.test(`storage.allow_any_operation([${asked}]) is ${allowed} in ${operation}`, async () => {
    const [row] = await world.database.asOwner(async (sql) => {
      if (operation !== null) {
        await sql.query("select set_config('storage.operation', $1, true)", [
          operation,
        ]);
      }
      return await sql.query<{ allowed: boolean }>(
        "select storage.allow_any_operation($1) as allowed",
        [asked],
      );
    });

    equal(row?.allowed, allowed);
  });
}

Deno.test("SQL deletes no row of Storage unless it says so", async () => {
  await world.makeBucket("guarded-rows");
  await world.rows(
    `insert into storage.objects (bucket_id, name)
     values ('guarded-rows', 'a')`,
  );
  const deletion =
    "delete from storage.objects where bucket_id = 'guarded-rows'";

  for (const table of ["buckets", "objects"]) {
    await rejects(
      world.rows(`delete from storage.${table} where false`),
      /Direct deletion from storage tables is not allowed/,
    );
  }
  await rejects(world.rows(deletion), { code: "42501" });
  equal((await world.objectsIn("guarded-rows")).length, 1);

  await world.database.asOwner((sql) =>
    sql.run(`set local storage.allow_delete_query = 'true'; ${deletion}`)
  );
  equal((await world.objectsIn("guarded-rows")).length, 0);
});

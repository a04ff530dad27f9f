/**
 * What happens to a Vector bucket behind our back, and whatever happens to a table
 * by chance: it is found, and the bucket is what the index is.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { dice } from "./index/random.ts";
import { startNotes, textOf } from "./sink/notes.ts";
import { chunksOf, generationsOf, vectorsIn } from "./sink/pool.ts";
import { letTimePass, newRun, on } from "./sink/runs.ts";

const notes = await startNotes();
Deno.test.afterAll(async () => await notes[Symbol.asyncDispose]());
const { world, shelf, front, index, begin, indexed, run, finish, same } = notes;

/** Vectors of these names, which say that they are `seal`. */
async function put(names: readonly string[], seal?: string): Promise<void> {
  const float32 = Array(100).fill(0.1); // as many as static-en has
  const { error } = await index.putVectors({
    vectors: names.map((key) => {
      const metadata = seal === undefined ? {} : { seal };
      return { key, data: { float32 }, metadata };
    }),
  });
  if (error) throw error;
}

async function remove(...keys: string[]): Promise<void> {
  const { error } = await index.deleteVectors({ keys });
  if (error) throw error;
}

/** Has the bucket walked through, whatever the index is like. */
async function walk(): Promise<void> {
  await shelf.run(
    `insert into portico.bucket_requests
     select generation from portico.bucket_indexes where generation is not null`,
  );
}

/** Statements on the chunks that no trigger sees. */
async function unseen(script: string): Promise<void> {
  const [id] = (await generationsOf(world, "notes")).values();
  const table = `portico_index.chunks_${id}`;
  await shelf.run(
    `alter table ${table} disable trigger user;
     ${script.replaceAll("CHUNKS", table)};
     alter table ${table} enable trigger user`,
  );
}

/** What is done to five notes, of which the first has three pieces. */
const DRIFTS: readonly [what: string, spoil: () => Promise<unknown>][] = [
  ["a vector that was removed", () => remove("[2]#0")],
  ["a piece that was removed", () => remove("[1]#1")],
  [
    "all vectors removed",
    () => remove("[1]#0", "[1]#1", "[1]#2", "[2]#0", "[3]#0", "[4]#0", "[5]#0"),
  ],
  ["a vector that says something else", () => put(["[2]#0"], "other")],
  ["a vector that says nothing", () => put(["[2]#0"])],
  ["a piece too many", () => put(["[1]#3", "[2]#7"], "other")],
  ["vectors of a row that is not there", () => put(["[99]#0"], "other")],
  [
    "vectors of others",
    () => put(["theirs", "#", "[1]", "[1]#01", "[1]#x#0", "a\n#0"]),
  ],
  [
    "chunks that were removed unseen",
    () => unseen("delete from CHUNKS where key_1 = 2"),
  ],
  [
    "chunks that came unseen",
    () =>
      unseen(
        `insert into CHUNKS (key_1, m_org, n, content, hash, embedding, seal, chunks,
      version) select 6, m_org, n, content, hash, embedding, seal,
      chunks, version from CHUNKS where key_1 = 2`,
      ),
  ],
  [
    "a chunk that was edited unseen",
    () => unseen("update CHUNKS set content = 'x' where key_1 = 2"),
  ],
  [
    "metadata that was edited unseen",
    () => unseen("update CHUNKS set m_org = 'x' where key_1 = 2"),
  ],
  [
    "a vector that was edited unseen",
    () =>
      unseen(
        "update CHUNKS as it set embedding = (select embedding from CHUNKS as o where o.key_1 = 3) where it.key_1 = 2",
      ),
  ],
];

for (const [what, spoil] of DRIFTS) {
  for (const size of [500, 2]) {
    Deno.test(`a walk by ${size} finds and repairs ${what}`, async () => {
      await begin(5);
      await shelf.rows("update public.notes set title = $1 where id = 1", [
        textOf(3),
      ]);
      await indexed();
      await finish();
      await spoil();
      // Storage has pages of its own.
      front.fault = on(
        "ListVectors",
        async ({ body, repeat }) =>
          await repeat({ ...JSON.parse(body), maxResults: size }),
      );

      await walk();
      await run({ budget: { maxVectors: size } });

      await same();
      deepStrictEqual(await world.rows("select from portico.due_buckets"), []);
      // And it was needed: a second walk has nothing to do.
      front.calls.length = 0;
      await walk();
      await run();
      deepStrictEqual(new Set(front.calls), new Set(["ListVectors"]));
    });
  }
}

Deno.test("a walk comes each hour by itself, and later after one that took long", async () => {
  await begin(1);
  await finish();
  const isDue = async (ended: string, took: string) => {
    await world.rows(
      `update portico.bucket_indexes
       set ended_at = now() - $1::interval, began_at = now() - $1::interval - $2::interval`,
      [ended, took],
    );
    return (await world.rows("select from portico.due_index")).length > 0;
  };

  deepStrictEqual([
    await isDue("59 minutes", "1 s"),
    await isDue("61 minutes", "1 s"),
    await isDue("61 minutes", "10 minutes"),
    await isDue("101 minutes", "10 minutes"),
    await isDue("23 hours", "1 year"),
    await isDue("25 hours", "1 year"),
  ], [false, true, false, true, false, true]);
  await finish();
});

Deno.test("a walk takes as many runs as it needs, and rows come between its pages", async () => {
  await begin(30);
  await finish();
  await remove("[7]#0");
  await put(["[8]#0"], "other");
  front.fault = on(
    "ListVectors",
    async ({ body, repeat }) =>
      await repeat({ ...JSON.parse(body), maxResults: 4 }),
  );
  await walk();

  let runs = 0;
  while ((await world.rows("select from portico.due_buckets")).length > 0) {
    await shelf.run(
      `update public.notes set title = 'run ${runs}' where id = ${
        1 + runs % 3
      }`,
    );
    await indexed();
    await run({ budget: { maxTasks: 2 } });
    ok(++runs < 40);
  }

  ok(runs > 5, `${runs} runs`);
  strictEqual(await same(), 30);
});

Deno.test("a walk is not put off for ever by rows that keep coming", async () => {
  await begin(3);
  await finish();
  await remove("[3]#0");
  await walk();

  const done = async () => (await vectorsIn(index))?.has("[3]#0");
  let changes = 0;
  while (!await done()) {
    await shelf.run(
      `update public.notes set title = 'change ${changes}' where id = 1`,
    );
    await indexed();
    await newRun(world).step();
    ok(++changes < 100);
  }

  ok(changes > 8, `${changes}`);
  await finish();
});

Deno.test("a list whose next page is refused is begun again", async () => {
  await begin(9);
  await finish();
  await remove("[7]#0");
  let isRefused = false;
  let isBegunAgain = false;
  front.fault = on("ListVectors", async ({ body, repeat }) => {
    const asked = JSON.parse(body);
    isBegunAgain ||= isRefused && asked.nextToken === undefined;
    isRefused ||= asked.nextToken !== undefined;
    if (asked.nextToken === undefined || isBegunAgain) {
      return await repeat({ ...asked, maxResults: 5 });
    }
    const error = "InvalidParameter";
    return Response.json({ error, message: "Expired" }, { status: 400 });
  });
  await walk();

  const { paused } = await run();
  await letTimePass(world);
  await run();

  strictEqual(paused.length, 1);
  strictEqual(await same(), 9);
});

/** Something that happens, to a note or to a vector. */
type Act = (at: number, n: number) => string | Promise<void>;

/** What people do to notes. */
const CHANGES: readonly Act[] = [
  (at, n) =>
    `insert into public.notes values (${at}, 'o${n}', 'text ${n}')
     on conflict do nothing`,
  (at, n) =>
    `update public.notes set title = '${textOf(1 + n % 5)} ${n}'
     where id = ${at}`,
  (at, n) => `update public.notes set org = 'o${n % 7}' where id = ${at}`,
  (at) => `delete from public.notes where id = ${at}`,
  (at) =>
    `update public.notes set id = id + 100 where id = ${at}
     and not exists (select from public.notes where id = ${at + 100})`,
  (at) => `delete from public.notes where id % 5 = ${at % 5}`,
];

/** What nobody should do to a bucket, which a walk alone can find. */
const MISCHIEF: readonly Act[] = [
  (at) => remove(`[${at}]#0`),
  (at) => put([`[${at}]#${at % 4}`], "other"),
];

const CHANCES: readonly [what: string, acts: readonly Act[], walks: boolean][] =
  [
    ["changes", CHANGES, false],
    ["changes and mischief", [...CHANGES, ...MISCHIEF], true],
  ];

for (const [what, acts, walks] of CHANCES) {
  for (const seed of [1, 2, 3]) {
    Deno.test(`after ${what} by chance a bucket is what the index is: ${seed}`, async () => {
      await begin(10);
      const { below } = dice(seed);
      const goWrong = on("PutVectors", async ({ forward }) => {
        if (below(2) === 0) await (await forward()).body?.cancel();
        return new Response("", { status: 500 });
      });
      const before = () => {
        if (below(15) === 0) throw new Stopped();
      };
      for (let n = 0; n < 120; n++) {
        const done = acts[below(acts.length)]?.(1 + below(20), n);
        if (typeof done === "string") await shelf.run(done);
        else await done;
        if (below(4) > 0) continue;
        if (below(3) > 0) await indexed();
        front.fault = below(3) === 0 ? goWrong : () => undefined;
        const budget = { maxTasks: 1 + below(6), maxVectors: 1 + below(9) };
        await run({ before, budget }).catch(unlessStopped);
        await letTimePass(world);
      }
      front.fault = () => undefined;
      if (walks) await walk();
      await indexed();
      await finish();

      const [id = 0] = (await generationsOf(world, "notes")).values();
      strictEqual(await same(), (await chunksOf(world, id)).length);
    });
  }
}

/** Thrown where a run is stopped. */
class Stopped extends Error {}

function unlessStopped(error: unknown): void {
  if (!(error instanceof Stopped)) throw error;
}

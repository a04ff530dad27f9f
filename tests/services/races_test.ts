/**
 * What must hold when many sessions do the same at the same time.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { until } from "../until.ts";
import { MEMBER, type Project, type Session, startProject } from "./project.ts";
import { serviceTest } from "./service.ts";

let started: Promise<Project> | undefined;

/** Sessions of the one server of these tests. */
async function sessions(count: number): Promise<Session[]> {
  started ??= startProject();
  return await (await started).sessions(count);
}

Deno.test.afterAll(async () => await (await started)?.[Symbol.asyncDispose]());

/** Makes `due` uploads that have had their time and `live` that have not. */
async function fill(
  sql: Session,
  { due, live }: { due: number; live: number },
): Promise<void> {
  await sql`truncate portico.uploads, portico.usage`;
  await sql`
    insert into portico.uploads (owner, bucket, path, at_bucket, at_path, type,
      bytes, expires_at)
    select ${MEMBER}, 'photos', i::text, 'photos', i::text, 'image/png', 1,
      now() + case when i <= ${due} then -1 else 1 end * interval '1 hour'
    from generate_series(1, ${due + live}::int) as i`;
  await sql`update portico.tasks set holder = null, looked_at = null`;
}

/** What `begin_sweep` makes of the task `uploads`. */
async function begin(sql: Session, run: string): Promise<string> {
  const [row] = await sql`
    select portico_api.begin_sweep(${run}, now(), array['uploads'])
      -> 'tasks' -> 0 ->> 'outcome' as outcome`;
  return row?.["outcome"];
}

interface Batch {
  readonly outcome: string;
  readonly removed: number;
  readonly failed: number;
  readonly more: boolean;
}

async function batch(sql: Session, run: string): Promise<Batch> {
  const [row] = await sql<{ it: Batch }[]>`
    select portico_api.sweep_batch('uploads', ${run}, 1000) as it`;
  if (row === undefined) throw new Error("No row");
  return row.it;
}

/** The process that serves a session. */
async function backendOf(sql: Session): Promise<number> {
  const [row] = await sql`select pg_backend_pid() as pid`;
  return row?.["pid"];
}

async function count(sql: Session): Promise<number> {
  const [row] = await sql`select count(*)::int as n from portico.uploads`;
  return row?.["n"];
}

serviceTest(
  "C2 of runs that begin at the same instant one has the task",
  async () => {
    const all = await sessions(8);
    const [sql] = all;
    if (sql === undefined) throw new Error("No session");

    for (let round = 0; round < 50; round++) {
      await fill(sql, { due: 3, live: 0 });
      const runs = all.map((session) => ({
        session,
        run: crypto.randomUUID(),
      }));
      const outcomes = await Promise.all(
        runs.map(({ session, run }) => begin(session, run)),
      );
      const batches = await Promise.all(
        runs.map(({ session, run }) => batch(session, run)),
      );

      const began = outcomes.filter((outcome) => outcome === "began");
      strictEqual(began.length, 1);
      strictEqual(outcomes.filter((outcome) => outcome === "held").length, 7);
      deepStrictEqual(
        batches.map(({ outcome }) => outcome === "swept"),
        outcomes.map((outcome) => outcome === "began"),
      );
    }
  },
);

serviceTest(
  "C3 a server that crashes in a batch has done it or not",
  async () => {
    const [sql, victim] = await sessions(2);
    if (sql === undefined || victim === undefined) {
      throw new Error(
        "No session",
      );
    }
    await fill(sql, { due: 1_500, live: 10 });
    await sql`
    insert into portico.rate_limits values ('x', 'y', 1, true, now())`;
    await sql`create function public.slow() returns trigger language plpgsql as
    'begin perform pg_sleep(0.01); return old; end'`;
    await sql`create trigger slow before delete on portico.uploads for each row
    when (old.path > '5') execute function public.slow()`;
    const run = crypto.randomUUID();
    strictEqual(await begin(victim, run), "began");
    const [pid, other] = [await backendOf(victim), await backendOf(sql)];

    const interrupted = batch(victim, run).catch((error) => error);
    await until(async () => {
      const [row] = await sql`
      select wait_event from pg_stat_activity where pid = ${pid}`;
      return row?.["wait_event"] === "PgSleep";
    });
    // A backend that is killed takes the server down with it, and up again.
    await new Deno.Command("kill", { args: ["-9", String(pid)] }).output();
    const error = await interrupted;
    // It is up again once this session, too, has had to be another one.
    await until(async () => {
      const now = await backendOf(sql).catch(() => other);
      return now !== other;
    });

    strictEqual(error instanceof Error, true);
    strictEqual(await count(sql), 1_510);
    strictEqual(await begin(sql, crypto.randomUUID()), "held");
    await sql`drop function public.slow cascade`;
    await sql`update portico.tasks set beat_at = beat_at - interval '61 seconds'`;
    const next = crypto.randomUUID();
    strictEqual(await begin(sql, next), "began");
    while ((await batch(sql, next)).more);
    strictEqual(await count(sql), 10);
    deepStrictEqual([...await sql`select from portico.rate_limits`], []);
  },
);

serviceTest(
  "C4 of a million due rows a run takes its share, at an even pace",
  async () => {
    const [sql] = await sessions(1);
    if (sql === undefined) throw new Error("No session");
    await fill(sql, { due: 1_000_000, live: 1_000 });
    await sql`analyze portico.uploads`;
    const run = crypto.randomUUID();
    strictEqual(await begin(sql, run), "began");

    const before = await blocks(sql);
    for (let n = 0; n < 200; n++) {
      const { removed, more } = await batch(sql, run);
      strictEqual(removed, 1_000);
      strictEqual(more, true);
    }
    const each = (await blocks(sql) - before) / 200;

    strictEqual(await count(sql), 801_000);
    // Not by the clock: each row is found, locked, deleted and counted, and the table of
    // 30,000 blocks is not searched for it.
    ok(each < 5 * 1_000, `${each} blocks a batch`);
    await sql`truncate portico.uploads, portico.usage`;
  },
);

serviceTest(
  "C4 what is due is found without a look at what is not",
  async () => {
    const [sql] = await sessions(1);
    if (sql === undefined) throw new Error("No session");
    await fill(sql, { due: 10, live: 200_000 });
    await sql`analyze portico.uploads`;
    const run = crypto.randomUUID();
    strictEqual(await begin(sql, run), "began");

    const before = await blocks(sql);
    const { removed } = await batch(sql, run);
    const read = await blocks(sql) - before;

    strictEqual(removed, 10);
    ok(read < 100, `${read} blocks`);
    await sql`truncate portico.uploads, portico.usage`;
  },
);

/** How many blocks of `portico.uploads` this session has asked for. */
async function blocks(sql: Session): Promise<number> {
  await sql`select pg_stat_force_next_flush()`;
  const [row] = await sql`
    select (heap_blks_read + heap_blks_hit)::int as n
    from pg_statio_all_tables where relid = 'portico.uploads'::regclass`;
  return row?.["n"];
}

serviceTest(
  "C7 a row that somebody is renewing is neither waited for nor removed",
  async () => {
    const [sql, other] = await sessions(2);
    if (sql === undefined || other === undefined) throw new Error("No session");
    await fill(sql, { due: 3, live: 0 });
    const run = crypto.randomUUID();

    const renewing = await other.reserve();
    await renewing`begin`;
    await renewing`update portico.uploads set expires_at = now() + interval '1 h'
    where path = '2'`;
    strictEqual(await begin(sql, run), "began");
    const { removed, failed } = await batch(sql, run);
    await renewing`commit`;
    renewing.release();

    deepStrictEqual({ removed, failed }, { removed: 2, failed: 0 });
    deepStrictEqual([...await sql`select path from portico.uploads`], [
      { path: "2" },
    ]);
  },
);

serviceTest(
  "of a hundred calls at once a limit of ten lets ten through",
  async () => {
    const all = await sessions(20);

    const taken = await Promise.all(
      Array.from({ length: 5 }, () => all).flat().map(async (session) => {
        const [row] = await session`
        select (portico.take('race', 'x', 10, 86400) -> 'allowed')::boolean
          as allowed`;
        return row?.["allowed"];
      }),
    );

    strictEqual(taken.length, 100);
    strictEqual(taken.filter(Boolean).length, 10);
  },
);

/** Signs the member in; the answer is the session's id. */
async function signIn(sql: Session): Promise<string> {
  const session = crypto.randomUUID();
  await sql`insert into auth.sessions (id, user_id) values
    (${session}, ${MEMBER})`;
  return session;
}

/** What `open_upload` makes of a wish of the member's. */
async function open(
  sql: Session,
  session: string,
  { path, bytes, once = null, quota = { bytes: 1000, objects: 10 } }: {
    path: string;
    bytes: number;
    once?: { key: string; fingerprint: string } | null;
    quota?: { bytes: number; objects: number };
  },
) {
  const wanted = {
    ...{ id: crypto.randomUUID(), bucket: "photos", path, bytes },
    ...{ type: "image/png", inbox: "portico-inbox", upsert: false },
    ...{ quarantine: false, "lifetime_s": 3600 },
  };
  const rate = { name: "opening", capacity: 100_000, "window_s": 60 };
  const [row] = await sql`select portico_api.open_upload(
    ${MEMBER}, ${session}, ${sql.json(wanted)}, ${once && sql.json(once)},
    ${sql.json(rate)}, ${sql.json(quota)}) as it`;
  return row?.["it"];
}

serviceTest(
  "U13 who asks for a ticket does not wait for what arrives with the last",
  async () => {
    const [sql, other] = await sessions(2);
    if (sql === undefined || other === undefined) throw new Error("No session");
    await fill(sql, { due: 3, live: 1 });
    const session = await signIn(sql);
    const arriving = await other.reserve();
    await arriving`begin`;
    await arriving`select from portico.uploads where path = '4' for update`;

    // It would hold the sums by now, which the other needs next.
    const { outcome } = await open(sql, session, { path: "4", bytes: 1 });
    await arriving`update portico.usage set bytes = bytes`;
    await arriving`commit`;
    arriving.release();

    strictEqual(outcome, "taken");
    strictEqual(await count(sql), 1);
  },
);

serviceTest(
  "H13 of twenty requests with one key at once one opens an upload",
  async () => {
    const all = await sessions(20);
    const [sql] = all;
    if (sql === undefined) throw new Error("No session");
    await sql`truncate portico.uploads, portico.usage`;
    const session = await signIn(sql);

    for (let round = 0; round < 20; round++) {
      const answers = await Promise.all(all.map(async (it) => {
        const once = { key: `key-${round}`, fingerprint: "f".repeat(64) };
        return await open(it, session, {
          ...{ path: `p-${round}`, bytes: 1, once },
          quota: { bytes: 1_000_000, objects: 1000 },
        });
      }));

      const outcomes = answers.map(({ outcome }) => outcome);
      strictEqual(outcomes.filter((it) => it === "opened").length, 1);
      strictEqual(outcomes.filter((it) => it === "replayed").length, 19);
      strictEqual(new Set(answers.map(({ upload }) => upload.id)).size, 1);
    }
    strictEqual(await count(sql), 20);
  },
);

serviceTest(
  "U13 of a hundred requests at once one gets the last of a quota",
  async () => {
    const all = await sessions(20);
    const [sql] = all;
    if (sql === undefined) throw new Error("No session");
    await sql`truncate portico.uploads, portico.usage`;
    const session = await signIn(sql);

    for (let round = 0; round < 20; round++) {
      const outcomes = await Promise.all(
        Array.from({ length: 5 }, () => all).flat()
          .map(async (it, n) => {
            const asked = { path: `${round}-${n}`, bytes: 600 };
            return (await open(it, session, asked)).outcome;
          }),
      );

      strictEqual(outcomes.filter((it) => it === "opened").length, 1);
      strictEqual(outcomes.filter((it) => it === "over quota").length, 99);
      const used: readonly unknown[] = await sql`
        select bytes::int, objects from portico.usage`;
      deepStrictEqual([...used], [{ bytes: 600, objects: 1 }]);
      await sql`delete from portico.uploads`;
    }
  },
);

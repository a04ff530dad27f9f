/**
 * `admin-users` when what it stands on fails half way: Auth is down, slow or
 * wrong; the process is killed between two steps; the database is away. The
 * trail says what has really happened, and nothing is half done.
 *
 * @module
 */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { assertProblem } from "../supabase/functions/_shared/testing/assert.ts";
import {
  type Act,
  BAN,
  CREATE,
  DELETE,
  type Kind,
  KINDS,
  SIGN_OUT,
  SOFT_DELETE,
  UPDATE_ROLE,
} from "./admin/acts.ts";
import {
  type Amid,
  amidAuth,
  amidSql,
  askAt,
  dyingOffice,
} from "./admin/amid.ts";
import { accountOf, hire, type Member } from "./admin/office.ts";
import {
  forgetActs,
  resultsOf,
  settle,
  standingOf,
  sweep,
} from "./admin/settling.ts";
import { startEdited } from "./edited.ts";
import { childrenOf } from "./processes.ts";
import { until } from "./until.ts";
import { startWorld } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

const owner = await hire(world, "owner");
const admin = await hire(world, "admin");

/** An act that is about to be asked for, by somebody who may still act. */
async function prepared({ prepare }: Kind): Promise<Act> {
  await forgetActs(world);
  return await prepare(world);
}

/** What sweep is to write of an act. */
function resultOf({ isSeen }: Kind, isDone: boolean): string {
  if (!isDone) return "failed";
  return isSeen ? "done" : "unknown";
}

const FAILURE = {
  code: 500,
  ...{ "error_code": "unexpected_failure", msg: "Database error" },
};

const AWAY = () => new Response("", { status: 503 });

/** Sends a request where nobody listens. */
function lost(): Response {
  return Response.redirect("http://127.0.0.1:1/", 307);
}

/** After Auth has done what it was asked for. */
function afterwards(answer: () => Response): Amid {
  return async (_request, pass) => {
    await (await pass()).body?.cancel();
    return answer();
  };
}

const FAULTS: [why: string, isDone: boolean, auth: Amid][] = [
  ["is down", false, () => new Response("upstream down", { status: 503 })],
  [
    "answers 404 of a proxy",
    false,
    () => new Response("<html>", { status: 404 }),
  ],
  ["fails inside", false, () => Response.json(FAILURE, { status: 500 })],
  ["cannot be reached", false, lost],
  [
    "fails after it has done it",
    true,
    afterwards(() => Response.json(FAILURE, { status: 500 })),
  ],
  ["is lost after it has done it", true, afterwards(lost)],
];

for (const [why, isDone, auth] of FAULTS) {
  for (const kind of KINDS) {
    Deno.test(`D15 ${kind.name} is settled as it was when Auth ${why}`, async () => {
      const act = await prepared(kind);
      const before = await act.sessions();
      await using place = amidAuth(world, auth);

      const response = await askAt(place, admin, act);

      await assertProblem(response, { status: 502, title: "Auth unavailable" });
      strictEqual(await act.isDone(), isDone);
      deepStrictEqual(await resultsOf(world, act.email), ["open"]);
      await settle(world);
      strictEqual(await act.isDone(), isDone);
      deepStrictEqual(
        await resultsOf(world, act.email),
        [resultOf(kind, isDone)],
      );
      if (isDone && kind.isSeen && kind.signsOut) {
        strictEqual(await act.sessions(), 0);
      } else if (!isDone) {
        strictEqual(await act.sessions(), before);
      }
    });
  }
}

const SHOWN = [CREATE, BAN, UPDATE_ROLE, DELETE, SOFT_DELETE];

/** What is said to have been done, and was not. */
const MISTAKEN: [why: string, kinds: readonly Kind[], auth: Amid][] = [
  ["garbage", KINDS, () => new Response("<html>")],
  ["an empty object", SHOWN, () => Response.json({})],
  [
    "another account",
    SHOWN,
    () => Response.json({ id: crypto.randomUUID(), aud: "authenticated" }),
  ],
];

for (const [why, kinds, auth] of MISTAKEN) {
  for (const kind of kinds) {
    Deno.test(`D15 ${kind.name} is not done when Auth answers with ${why}`, async () => {
      const act = await prepared(kind);
      const before = await act.sessions();
      await using place = amidAuth(world, auth);

      const response = await askAt(place, admin, act);

      await assertProblem(response, { status: 502, title: "Auth unavailable" });
      strictEqual(await act.isDone(), false);
      await settle(world);
      deepStrictEqual(await resultsOf(world, act.email), ["failed"]);
      strictEqual(await act.isDone(), false);
      strictEqual(await act.sessions(), before);
    });
  }
}

Deno.test("D15 admin-users waits 15 s for Auth, which may do it all the same", async () => {
  await forgetActs(world);
  const gate = Promise.withResolvers<void>();
  const passed: Promise<unknown>[] = [];
  await using never = amidAuth(world, async () => {
    await gate.promise;
    return new Response();
  });
  await using late = amidAuth(world, async (_request, pass) => {
    await gate.promise;
    const answer = pass();
    passed.push(answer);
    return await answer;
  });
  // Or nobody could close them, if anything below fails.
  using closing = new DisposableStack();
  closing.defer(gate.resolve);
  const asked = await Promise.all(
    KINDS.flatMap((kind) =>
      [never, late].map(async (place) => {
        const act = await kind.prepare(world);
        return { kind, act, place, isLate: place === late };
      })
    ),
  );

  const before = performance.now();
  const responses = await Promise.all(
    asked.map(({ place, act }) => askAt(place, admin, act)),
  );

  ok(performance.now() - before < 17_000);
  for (const response of responses) {
    await assertProblem(response, { status: 504, title: "Timed out" });
  }
  for (const { act } of asked) {
    strictEqual(await act.isDone(), false);
    deepStrictEqual(await resultsOf(world, act.email), ["open"]);
  }
  gate.resolve();
  await until(() => Promise.resolve(passed.length >= KINDS.length));
  await Promise.all(passed);
  await settle(world);
  for (const { kind, act, isLate } of asked) {
    strictEqual(await act.isDone(), isLate, kind.name);
    const expected = resultOf(kind, isLate);
    deepStrictEqual(await resultsOf(world, act.email), [expected], kind.name);
    if (isLate && kind.isSeen && kind.signsOut) {
      strictEqual(await act.sessions(), 0, kind.name);
    }
  }
});

Deno.test("D15 what a function may still be doing is not settled", async () => {
  const act = await prepared(BAN);
  await using place = amidAuth(world, AWAY);
  const aged = (age: string) =>
    world.rows("update portico.open_intents set at = now() - $1::interval", [
      age,
    ]);

  const lost = await askAt(place, admin, act);
  await lost.body?.cancel();
  await aged("2 minutes 50 seconds");
  await sweep(world, "intents");
  const early = await resultsOf(world, act.email);
  await aged("3 minutes 1 second");
  await sweep(world, "intents");

  deepStrictEqual(early, ["open"]);
  deepStrictEqual(await resultsOf(world, act.email), ["failed"]);
});

Deno.test("D15 what Auth refuses is refused at once, with a code", async () => {
  await forgetActs(world);
  const { id, email } = await hire(world, null, { hasSecondFactor: false });
  const update = { action: "update", id };
  const attempts: [body: unknown, status: number, code: string][] = [
    [{ ...update, password: "a" }, 422, "password_too_weak"],
    [
      { action: "deleteFactor", id, factorId: crypto.randomUUID() },
      404,
      "factor_not_found",
    ],
  ];
  const before = await accountOf(world, id);

  for (const [body] of attempts) {
    const response = await admin.ask(body);
    await response.body?.cancel();
  }

  deepStrictEqual(
    (await standingOf(world, email)).map(({ result, detail }) => [
      result,
      detail,
    ]),
    attempts.map(([, , code]) => ["refused", code]),
  );
  deepStrictEqual(await accountOf(world, id), before);
});

Deno.test("D15 who has gone before Auth was asked is refused at once", async () => {
  for (const kind of [BAN, DELETE, UPDATE_ROLE]) {
    const act = await prepared(kind);
    await using place = amidAuth(world, async (_request, pass) => {
      await world.rows("delete from auth.users where email = $1", [act.email]);
      return await pass();
    });

    const response = await askAt(place, admin, act);

    await assertProblem(response, { status: 404, title: "User not found" });
    const [standing] = await standingOf(world, act.email);
    deepStrictEqual(
      [standing?.result, standing?.detail],
      ["refused", "user_not_found"],
    );
  }
});

Deno.test("D15 a longer ban that Auth never made is not done", async () => {
  const act = await prepared(BAN);
  await world.rows(
    "update auth.users set banned_until = now() + interval '1 hour' where email = $1",
    [act.email],
  );
  const before = await act.sessions();
  await using place = amidAuth(world, AWAY);

  const response = await askAt(place, admin, {
    body: { ...act.body, days: 30 },
  });
  await response.body?.cancel();
  await settle(world);

  strictEqual(response.status, 502);
  deepStrictEqual(await resultsOf(world, act.email), ["failed"]);
  strictEqual(await act.sessions(), before);
});

Deno.test("D15 an invitation that Auth has sent is settled as the invited one's", async () => {
  const invite = KINDS.find(({ name }) => name === "invite") ?? CREATE;
  const act = await prepared(invite);
  const headers = { "idempotency-key": crypto.randomUUID() };
  await using place = amidAuth(
    world,
    afterwards(() => Response.json(FAILURE, { status: 500 })),
  );

  const lost = await askAt(place, admin, { ...act, headers });
  await lost.body?.cancel();
  await settle(world);
  const again = await admin.ask(act.body, headers);

  const [row] = await world.rows<{ id: string }>(
    "select id from auth.users where email = $1",
    [act.email],
  );
  const [standing, ...more] = await standingOf(world, act.email);
  deepStrictEqual(
    [standing?.result, standing?.target, more],
    ["done", row?.id, []],
  );
  const { user } = await again.json();
  strictEqual(again.status, 201);
  strictEqual(user?.id, row?.id);
});

/** Requests that an act makes: of the ledger, of Auth, and of the ledger. */
const STEPS: [kind: Kind, steps: number, changesAt: number | undefined][] = [
  [BAN, 3, 2],
  [CREATE, 3, 2],
  [DELETE, 4, 3], // Auth is asked who it is, first
  [UPDATE_ROLE, 3, 2],
  [SIGN_OUT, 2, undefined],
];

/** What sweep is to write of a signOut, which it can do itself, or of others. */
function endOf(
  { hasBegun, hasChanged }: { hasBegun: boolean; hasChanged: boolean },
): string[] {
  if (!hasBegun) return [];
  return [hasChanged ? "done" : "failed"];
}

for (const [kind, steps, changesAt] of STEPS) {
  for (const moment of ["before", "after"] as const) {
    for (let step = 1; step <= steps; step++) {
      Deno.test(`D15 ${kind.name} that is killed ${moment} step ${step} of ${steps} is done or not`, async () => {
        const act = await prepared(kind);
        const before = await act.sessions();
        const reached = moment === "after" ? step : step - 1;
        const hasBegun = reached >= 1;
        const hasChanged = changesAt === undefined
          ? hasBegun
          : reached >= changesAt;
        const headers = { "idempotency-key": crypto.randomUUID() };
        await using place = dyingOffice(world, { step, moment });

        const lost = askAt(place, admin, { ...act, headers });
        await place.dead;
        const open = await resultsOf(world, act.email);
        await settle(world);

        const expected = endOf({ hasBegun, hasChanged });
        const hasEnded = reached === steps;
        deepStrictEqual(open, hasBegun ? [hasEnded ? "done" : "open"] : []);
        deepStrictEqual(await resultsOf(world, act.email), expected);
        strictEqual(await act.isDone(), hasChanged);
        const isOut = hasChanged && kind.signsOut;
        strictEqual(await act.sessions(), isOut ? 0 : before);
        place.bury();
        await (await lost).body?.cancel();
        deepStrictEqual(await resultsOf(world, act.email), expected);
        strictEqual(await act.isDone(), hasChanged);
        const again = await admin.ask(act.body, headers);
        await again.body?.cancel();
        const isGone = hasChanged && kind === DELETE;
        strictEqual(again.ok, !isGone);
        strictEqual(await act.isDone(), true);
      });
    }
  }
}

for (const moment of ["before", "after"] as const) {
  for (const step of [1, 2, 3]) {
    Deno.test(`D16 create that is killed ${moment} step ${step} of 3 and sent again makes one account`, async () => {
      const act = await prepared(CREATE);
      const headers = { "idempotency-key": crypto.randomUUID() };
      await using place = dyingOffice(world, { step, moment });
      const accounts = () =>
        world.rows<{ id: string }>(
          "select id from auth.users where email = $1",
          [act.email],
        );

      const lost = askAt(place, admin, { ...act, headers });
      await place.dead;
      const early = await admin.ask(act.body, headers);
      await early.body?.cancel();
      const isOpen = early.status === 409;
      const meanwhile = await accounts();
      await settle(world);
      const answers = [];
      for (let time = 0; time < 3; time++) {
        const again = await admin.ask(act.body, headers);
        strictEqual(again.status, 201);
        answers.push((await again.json()).user.id);
      }
      place.bury();
      await (await lost).body?.cancel();

      const reached = moment === "after" ? step : step - 1;
      strictEqual(isOpen, reached === 1 || reached === 2);
      strictEqual(meanwhile.length, reached === 1 ? 0 : 1);
      const [one, ...others] = await accounts();
      deepStrictEqual(others, []);
      deepStrictEqual(new Set(answers), new Set([one?.id]));
      const done = (await standingOf(world, act.email))
        .filter(({ result }) => result === "done");
      deepStrictEqual(done.map(({ target }) => target), [one?.id]);
    });
  }
}

/** Makes a ban of one day hang before Auth, and one of two days after it. */
const HANGING = {
  "functions/admin-users/change.ts": [[
    "await accounts.change(id, { banDays: input.days });",
    `if (input.days === 1) await new Promise(() => {});
      await accounts.change(id, { banDays: input.days });
      if (input.days === 2) await new Promise(() => {});`,
  ]],
} as const;

/** Whether a process is that of the function `name` of a project elsewhere. */
async function runs(pid: number, name: string): Promise<boolean> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["-o", "args=", "-p", String(pid)],
  }).output();
  const command = new TextDecoder().decode(stdout);
  const ours = new URL("../supabase/functions/", import.meta.url).href;
  return command.includes(`/${name}/index.ts`) && !command.includes(ours);
}

Deno.test("D15 a ban whose process is killed is settled, and others go on", async () => {
  await using edited = await startEdited(HANGING);
  const boss = await hire(edited, "owner");
  for (const [days, isDone] of [[1, false], [2, true]] as const) {
    const act = await BAN.prepare(edited);
    const before = await act.sessions();
    const open = () =>
      edited.rows<{ n: number }>("select n from portico.open_intents");

    const lost = boss.ask({ ...act.body, days }).then(async (it) => {
      await it.body?.cancel();
      return it.status;
    });
    await until(async () => (await open()).length === 1);
    await until(async () => await act.isDone() === isDone);
    for (const pid of await childrenOf(Deno.pid)) {
      if (await runs(pid, "admin-users")) Deno.kill(pid, "SIGKILL");
    }
    ok(await lost >= 500);

    deepStrictEqual(await resultsOf(edited, act.email), ["open"]);
    await settle(edited);
    deepStrictEqual(
      await resultsOf(edited, act.email),
      [isDone ? "done" : "failed"],
    );
    strictEqual(await act.isDone(), isDone);
    strictEqual(await act.sessions(), isDone ? 0 : before);
    const again = await boss.ask({ ...act.body, days: 3 });
    await again.body?.cancel();
    strictEqual(again.status, 200);
  }
});

/** What the database does not get, or has done without an answer. */
const SQL_FAULTS: [
  why: string,
  fault: [name: string, amid: Amid],
  then: { isDone: boolean; open: string[]; settled: string[] },
][] = [
  [
    "is away when it begins",
    ["begin_admin", AWAY],
    { isDone: false, open: [], settled: [] },
  ],
  [
    "goes away when it has begun",
    ["begin_admin", afterwards(AWAY)],
    { isDone: false, open: ["open"], settled: ["failed"] },
  ],
  [
    "is away when it ends",
    ["end_admin", AWAY],
    { isDone: true, open: ["open"], settled: ["done"] },
  ],
  [
    "goes away when it has ended",
    ["end_admin", afterwards(AWAY)],
    { isDone: true, open: ["done"], settled: ["done"] },
  ],
];

for (const [why, fault, { isDone, open, settled }] of SQL_FAULTS) {
  for (const kind of [BAN, CREATE, DELETE, UPDATE_ROLE]) {
    Deno.test(`D13 ${kind.name} is done as the trail says when the database ${why}`, async () => {
      const act = await prepared(kind);
      const before = await act.sessions();
      await using place = amidSql(world, fault);

      const response = await askAt(place, admin, act);

      const title = "Database unavailable";
      await assertProblem(response, { status: 503, title });
      deepStrictEqual(await resultsOf(world, act.email), open);
      await settle(world);
      deepStrictEqual(await resultsOf(world, act.email), settled);
      strictEqual(await act.isDone(), isDone);
      strictEqual(await act.sessions(), isDone && kind.signsOut ? 0 : before);
    });
  }
}

/** What ends somebody's role, by an owner. */
const ENDS: [why: string, act: Record<string, unknown>][] = [
  ["demotion", { action: "update", role: null }],
  ["ban", { action: "ban", days: 1 }],
  ["soft deletion", { action: "delete", mode: "soft" }],
  ["hard deletion", { action: "delete", mode: "hard" }],
];

for (const [why, act] of ENDS) {
  Deno.test(`D3 whose ${why} is open does nothing until it has failed`, async () => {
    await forgetActs(world);
    const losing = await hire(world, "owner");
    const target = await hire(world, null, { hasSecondFactor: false });
    const before = await accountOf(world, target.id);
    await using place = amidAuth(world, AWAY);
    const email = `${crypto.randomUUID()}@example.com`;
    const attempts = [
      ...[{ action: "list" }, { action: "audit" }],
      ...[{ action: "get" }, { action: "factors" }, { action: "signOut" }]
        .map((it) => ({ ...it, id: target.id })),
      { action: "ban", id: target.id, days: 1 },
      { action: "update", id: target.id, role: "owner" },
      { action: "update", id: owner.id, role: null },
      { action: "delete", id: target.id, mode: "hard" },
      { action: "create", email, role: "owner" },
    ];

    const lost = await askAt(place, owner, { body: { ...act, id: losing.id } });
    await lost.body?.cancel();
    for (const body of attempts) {
      const response = await losing.ask(body);
      await assertProblem(response, { status: 403, title: "Role changed" });
    }

    strictEqual(lost.status, 502);
    deepStrictEqual(await accountOf(world, target.id), before);
    deepStrictEqual(await standingOf(world, target.email), []);
    const made = "select from auth.users where email = $1";
    deepStrictEqual(await world.rows(made, [email]), []);
    await settle(world);
    deepStrictEqual(await resultsOf(world, losing.email), ["failed"]);
    const free = await losing.ask({ action: "signOut", id: target.id });
    await free.body?.cancel();
    strictEqual(free.status, 200);
  });
}

Deno.test("D5 owners whose demotion is open demote nobody, until it has failed", async () => {
  await using small = await startWorld();
  const first = await hire(small, "owner");
  const second = await hire(small, "owner");
  const third = await hire(small, "owner");
  const demotion = (of: Member) => ({
    action: "update",
    id: of.id,
    role: null,
  });
  await using place = amidAuth(small, AWAY);

  for (const it of [second, third]) {
    const lost = await askAt(place, first, { body: demotion(it) });
    await lost.body?.cancel();
    strictEqual(lost.status, 502);
  }
  const back = await second.ask(demotion(first));
  const aside = await third.ask(demotion(second));

  for (const response of [back, aside]) {
    await assertProblem(response, { status: 403, title: "Role changed" });
  }
  const owners = await small.rows<{ id: string }>(
    `select id from auth.users where raw_app_meta_data ->> 'role' = 'owner'
     and portico.may_act(id)`,
  );
  strictEqual(owners.length, 3);
  await settle(small);
  const after = await second.ask(demotion(third));
  await after.body?.cancel();
  strictEqual(after.status, 200);
});

/** Writes an act of `days` ago, with who it was about and its key. */
async function writeOld(days: number): Promise<{ n: number; email: string }> {
  const email = `${crypto.randomUUID()}@example.com`;
  const [row] = await world.rows<{ n: number }>(
    `with intent as (
       insert into portico.audit (at, kind, request, actor_key, actor_role, action)
       values (now() - $1 * interval '1 day', 'intent', gen_random_uuid(),
         'default', 'admin', 'ban')
       returning n, at, request
     ), outcome as (
       insert into portico.audit (at, kind, request, actor_key, actor_role,
         action, intent, result)
       select at, 'outcome', request, 'default', 'admin', 'ban', n, 'done'
       from intent
     ), person as (
       insert into portico.audit_people select n, $2 from intent
     ), once as (
       insert into portico.admin_requests
       select 'key default', $2, 'f', n from intent
     )
     select n::int from intent`,
    [days, email],
  );
  return { n: row?.n ?? NaN, email };
}

/** How many rows there are of what \`writeOld\` has written. */
async function countOf(n: number): Promise<unknown> {
  const [row] = await world.rows<{ it: unknown }>(
    `select jsonb_build_object(
       'trail', (select count(*) from portico.audit where $1 in (n, intent)),
       'people', (select count(*) from portico.audit_people where n = $1),
       'keys', (select count(*) from portico.admin_requests where intent = $1)
     ) as it`,
    [n],
  );
  return row?.it;
}

const THERE = { trail: 2, people: 1, keys: 1 };
const NONE = { trail: 0, people: 0, keys: 0 };

Deno.test("the trail is kept for 400 days, and what has gone is counted", async () => {
  const young = await writeOld(399);
  const [old, next] = [await writeOld(401), await writeOld(401)];
  const older = await writeOld(500);
  const days = await world.rows<{ day: string; checkpoint: unknown }>(
    `select (at at time zone 'UTC')::date::text as day,
       jsonb_build_object('first', min(n), 'last', max(n), 'removed', count(*))
         as checkpoint
     from portico.audit where at < now() - interval '400 days'
     group by 1 order by 1`,
  );

  const result = await sweep(world, "audit");

  deepStrictEqual([result.outcome, result.removed], ["done", 6]);
  for (const { n } of [old, next, older]) {
    deepStrictEqual(await countOf(n), NONE);
  }
  deepStrictEqual(await countOf(young.n), THERE);
  const checkpoints = await world.rows(
    `select day::text, to_jsonb(it) - 'day' as checkpoint
     from portico.audit_checkpoints as it order by day`,
  );
  deepStrictEqual(checkpoints, days);
  strictEqual(days.length, 2);
});

Deno.test("a day whose rows go in two runs has one count of them", async () => {
  const total = async () => {
    const [row] = await world.rows<{ removed: number }>(
      `select sum(removed)::int as removed from portico.audit_checkpoints
       where day = ((now() - interval '600 days') at time zone 'UTC')::date`,
    );
    return row?.removed;
  };

  const counts = [];
  for (let run = 0; run < 2; run++) {
    await writeOld(600);
    await sweep(world, "audit");
    counts.push(await total());
  }

  deepStrictEqual(counts, [2, 4]);
});

Deno.test("D14 the trail that is to be kept cannot be deleted by SQL", async () => {
  const { n } = await writeOld(399);
  const checkpoints = () =>
    world.rows("select * from portico.audit_checkpoints order by day");
  const before = await checkpoints();

  for (
    const sql of [
      "delete from portico.audit where n = $1",
      "delete from portico.audit where intent = $1",
      "update portico.audit set at = at - interval '9 days' where n = $1",
      "update portico.audit set result = 'failed' where intent = $1",
    ]
  ) {
    await rejects(world.rows(sql, [n]), /audit trail/);
  }

  deepStrictEqual(await countOf(n), THERE);
  deepStrictEqual(await checkpoints(), before);
});

Deno.test("who was acted on can be erased, and the trail stays", async () => {
  const { n, email } = await writeOld(1);

  await world.rows("delete from portico.audit_people where n = $1", [n]);

  deepStrictEqual(await countOf(n), { ...THERE, people: 0 });
  const response = await admin.ask({ action: "audit", perPage: 200 });
  const text = await response.text();
  strictEqual(response.status, 200);
  ok(text.includes(`"id":${n}`));
  strictEqual(text.includes(email), false);
});

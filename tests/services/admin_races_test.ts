/**
 * Acts on accounts at the same instant: somebody always has the highest role,
 * and a request that is sent twenty times is begun once.
 *
 * Auth is an update of its table here: what is raced for is the order of
 * `begin_admin`, Auth and `end_admin`.
 *
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import { Problem } from "../../supabase/functions/_shared/problem.ts";
import type { Actor } from "../../supabase/functions/admin-users/actor.ts";
import {
  type Ledger,
  supabaseLedger,
} from "../../supabase/functions/admin-users/ledger.ts";
import {
  type Change,
  planOf,
} from "../../supabase/functions/admin-users/plan.ts";
import { type Project, type Session, startProject } from "./project.ts";
import { clientOf } from "./rpc.ts";
import { serviceTest } from "./service.ts";

let started: Promise<Project> | undefined;

/** Sessions of the one server of these tests. */
async function sessions(count: number): Promise<[Session, ...Session[]]> {
  started ??= startProject();
  const [first, ...others] = await (await started).sessions(count);
  if (first === undefined) throw new Error("No session");
  return [first, ...others];
}

Deno.test.afterAll(async () => await (await started)?.[Symbol.asyncDispose]());

/** Somebody with the highest role, signed in. */
interface Owner {
  readonly person: string;
  readonly session: string;
}

/** Leaves two of them, and no other people. */
async function crown(sql: Session): Promise<readonly [Owner, Owner]> {
  const make = (): Owner => ({
    person: crypto.randomUUID(),
    session: crypto.randomUUID(),
  });
  const two = [make(), make()] as const;
  const rows = sql.json(
    two.map(({ person, session }) => ({ person, session })),
  );
  await sql`
    with gone as (delete from auth.users), owners as (
      insert into auth.users (id, email, raw_app_meta_data)
      select person, person || '@example.com', '{"role": "owner"}'
      from jsonb_to_recordset(${rows}) as it (person uuid)
    )
    insert into auth.sessions (id, user_id)
    select session, person
    from jsonb_to_recordset(${rows}) as it (session uuid, person uuid)`;
  return two;
}

/** More than any test takes. */
const LIMIT = { name: "races", capacity: 1_000_000, windowS: 1 };

/** The ledger of `admin-users`, which asks one session and no PostgREST. */
function ledgerOf(sql: Session): Ledger {
  return supabaseLedger(clientOf(sql), LIMIT);
}

/** An answer of the ledger, or the code of the problem that it throws. */
async function answerOf<T>(asked: Promise<T>): Promise<T | string> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
}

function actorOf({ person: id, session: sessionId }: Owner): Actor {
  const role = "owner";
  return { kind: "person", id, sessionId, role, hasSecondFactor: true };
}

/** How an owner is one no more: what is asked for, and what Auth then does. */
interface Fall {
  wish(id: string): Change;
  work(sql: Session, id: string): Promise<unknown>;
}

const DEMOTION: Fall = {
  wish: (id) => ({ action: "update", id, role: null }),
  work: (sql, id) =>
    sql`update auth.users set raw_app_meta_data = '{}' where id = ${id}`,
};

const BAN: Fall = {
  wish: (id) => ({ action: "ban", id, days: 1 }),
  work: (sql, id) =>
    sql`update auth.users set banned_until = now() + interval '1 day'
      where id = ${id}`,
};

const DELETION: Fall = {
  wish: (id) => ({
    action: "delete",
    id,
    mode: "hard",
    objects: "keep",
    dryRun: false,
  }),
  work: (sql, id) => sql`delete from auth.users where id = ${id}`,
};

/** `who` has `whom` fall; the answer is what comes of it. */
async function strike(
  sql: Session,
  [who, { person }]: readonly [Owner, Owner],
  { wish, work }: Fall,
): Promise<string> {
  const ledger = ledgerOf(sql);
  const begun = await answerOf(ledger.begin({
    actor: actorOf(who),
    plan: planOf(wish(person), ""),
    once: undefined,
    requestId: crypto.randomUUID(),
  }));
  if (typeof begun === "string") return begun;
  if (begun.outcome === "begun") {
    await work(sql, person);
    await ledger.end(begun.intent, { result: "done" });
  }
  return begun.outcome;
}

async function countOwners(sql: Session): Promise<number> {
  const [row] = await sql`
    select count(*)::int as n from auth.users
    where raw_app_meta_data ->> 'role' = 'owner' and deleted_at is null
      and (banned_until is null or banned_until < now())`;
  return row?.["n"];
}

/** Has two owners end each other at once, by `falls`. */
async function duel(
  [sql, other]: readonly [Session, Session],
  falls: readonly [Fall, Fall],
): Promise<void> {
  const [a, b] = await crown(sql);

  const outcomes = await Promise.all([
    strike(sql, [a, b], falls[0]),
    strike(other, [b, a], falls[1]),
  ]);

  strictEqual(await countOwners(sql), 1, outcomes.join());
  const begun = outcomes.filter((it) => it === "begun");
  strictEqual(begun.length, 1, outcomes.join());
  const late = outcomes.filter((it) => it !== "begun");
  ok(
    ["role_changed", "account_not_active"].includes(late[0] ?? ""),
    outcomes.join(),
  );
}

serviceTest(
  "D5 of two owners who demote each other at the same instant one comes too late",
  async () => {
    const [sql, other = sql] = await sessions(2);

    for (let round = 0; round < 1_000; round++) {
      await duel([sql, other], [DEMOTION, DEMOTION]);
    }

    const [open] = await sql`select from portico.open_intents`;
    strictEqual(open, undefined);
  },
);

serviceTest(
  "D5 of two owners who demote, ban or delete each other one is left",
  async () => {
    const [sql, other = sql] = await sessions(2);
    const falls = [DEMOTION, BAN, DELETION];

    for (let round = 0; round < 50; round++) {
      for (const first of falls) {
        for (const second of falls) await duel([sql, other], [first, second]);
      }
    }
  },
);

serviceTest(
  "D5 of owners who each end the next one at the same instant one is left",
  async () => {
    const [sql, ...others] = await sessions(8);
    const all = [sql, ...others];
    for (let round = 0; round < 100; round++) {
      await sql`delete from auth.users`;
      const owners = await Promise.all(all.map(newOwner));

      const outcomes = await Promise.all(all.map((session, at) => {
        const fall = [DEMOTION, BAN, DELETION][(round + at) % 3] ?? BAN;
        const who = owners[at];
        const whom = owners[(at + 1) % owners.length];
        if (who === undefined || whom === undefined) {
          throw new Error("No owner");
        }
        return strike(session, [who, whom], fall);
      }));

      const begun = outcomes.filter((it) => it === "begun").length;
      const left = await countOwners(sql);
      ok(left >= 1 && begun >= 1, outcomes.join());
      strictEqual(left, owners.length - begun, outcomes.join());
    }
  },
);

/** One more. */
async function newOwner(sql: Session): Promise<Owner> {
  const person = crypto.randomUUID();
  const session = crypto.randomUUID();
  await sql`insert into auth.users (id, raw_app_meta_data)
    values (${person}, '{"role": "owner"}')`;
  await sql`insert into auth.sessions (id, user_id)
    values (${session}, ${person})`;
  return { person, session };
}

serviceTest(
  "D16 of twenty requests with one key at once one begins",
  async () => {
    const [sql, ...others] = await sessions(20);
    const all = [sql, ...others];
    const [owner] = await crown(sql);
    const actor = actorOf(owner);

    for (let round = 0; round < 20; round++) {
      const email = `${crypto.randomUUID()}@example.com`;
      const once = { key: `key-${round}`, fingerprint: "f".repeat(64) };
      const begin = async (session: Session) => {
        const target = crypto.randomUUID();
        const plan = planOf({ action: "create", email }, target);
        const requestId = crypto.randomUUID();
        const act = { actor, plan, once, requestId };
        const answer = await answerOf(ledgerOf(session).begin(act));
        return { answer, target };
      };

      const first = await Promise.all(all.map(begin));
      const begun = first.flatMap(({ answer, target }) =>
        typeof answer === "object" && answer.outcome === "begun"
          ? [{ intent: answer.intent, target }]
          : []
      );
      const [{ intent, target } = { intent: NaN, target: "" }] = begun;
      await sql`insert into auth.users (id, email) values (${target}, ${email})`;
      await ledgerOf(sql).end(intent, { result: "done" });
      const second = await Promise.all(all.map(begin));

      strictEqual(begun.length, 1);
      const late = first.filter(({ answer }) =>
        answer === "request_in_progress"
      );
      strictEqual(late.length, 19);
      for (const { answer } of second) {
        ok(typeof answer === "object", `${answer}`);
        strictEqual(answer.outcome, "repeated");
        strictEqual(answer.person?.id, target);
      }
      const written: readonly unknown[] = await sql`
        select i.n from portico.audit i join portico.audit_people using (n)
        where email = ${email}`;
      strictEqual(written.length, 1);
    }
  },
);

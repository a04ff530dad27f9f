/**
 * What can be done to an account, and how anybody sees whether it was done.
 *
 * @module
 */
import type { World } from "../world.ts";
import { hire } from "./office.ts";

/** An act on somebody whom no other test knows, about to be asked for. */
export interface Act {
  readonly body: Readonly<Record<string, unknown>>;
  /** Of the one whom it is about, as they are named in the trail. */
  readonly email: string;
  /** Whether Auth has it done, by what Postgres says. */
  isDone(): Promise<boolean>;
  /** Open sessions of the one whom it is about. */
  sessions(): Promise<number>;
}

/** A kind of act. */
export interface Kind {
  readonly name: string;
  /** Whether Postgres shows that it was done. */
  readonly isSeen: boolean;
  readonly signsOut: boolean;
  prepare(world: World): Promise<Act>;
}

type Body = Readonly<Record<string, unknown>>;

/** Of an account that is there: `sql` is true of `auth.users as it` once done. */
function onSomebody(
  name: string,
  { body, sql, setUp, ...kind }: {
    readonly body: (id: string, factorId: string) => Body;
    readonly sql: string;
    readonly setUp?: string;
    readonly isSeen: boolean;
    readonly signsOut: boolean;
  },
): Kind {
  return {
    name,
    ...kind,
    async prepare(world) {
      const { id, email } = await hire(world, null);
      if (setUp) await world.rows(setUp, [id]);
      // Earlier than what is done now, however that is made to look old.
      await world.rows(
        `update auth.users set updated_at = now() - interval '1 hour'
         where id = $1`,
        [id],
      );
      const [factor] = await world.rows<{ id: string }>(
        "select id from auth.mfa_factors where user_id = $1",
        [id],
      );
      const [before] = await world.rows<{ hash: string }>(
        "select encrypted_password as hash from auth.users where id = $1",
        [id],
      );
      return {
        body: body(id, factor?.id ?? ""),
        email,
        async isDone() {
          const [row] = await world.rows<{ done: boolean }>(
            `select coalesce(bool_and(coalesce(${sql}, false)), true)
               as done from auth.users as it
             where id = $1 and $2::text is not null`,
            [id, before?.hash],
          );
          return row?.done ?? false;
        },
        sessions: () => countSessions(world, id),
      };
    },
  };
}

async function countSessions(world: World, id: string): Promise<number> {
  const rows = await world.rows(
    "select from auth.sessions where user_id = $1",
    [id],
  );
  return rows.length;
}

/** Of an account that is not there yet. */
function ofSomebodyNew(name: string, more: Body): Kind {
  return {
    name,
    isSeen: true,
    signsOut: false,
    prepare(world) {
      const email = `${crypto.randomUUID()}@example.com`;
      return Promise.resolve({
        body: { action: name, email, ...more },
        email,
        async isDone() {
          const rows = await world.rows(
            `select from auth.users where email = $1
               and ($2::text is null or raw_app_meta_data ->> 'role' = $2)`,
            [email, more["role"] ?? null],
          );
          return rows.length === 1;
        },
        sessions: () => Promise.resolve(0),
      });
    },
  };
}

const SEEN = { isSeen: true, signsOut: false };
const ENDING = { isSeen: true, signsOut: true };

export const CREATE = ofSomebodyNew("create", { role: "support" });

export const BAN = onSomebody("ban", {
  ...ENDING,
  body: (id) => ({ action: "ban", id, days: 1 }),
  sql: "it.banned_until > now()",
});

export const DELETE = onSomebody("hard delete", {
  ...ENDING,
  body: (id) => ({ action: "delete", id, mode: "hard" }),
  sql: "false", // since there is no row
});

export const SOFT_DELETE = onSomebody("soft delete", {
  ...ENDING,
  body: (id) => ({ action: "delete", id, mode: "soft" }),
  sql: "it.deleted_at is not null",
});

export const UPDATE_ROLE = onSomebody("update of a role", {
  ...SEEN,
  body: (id) => ({ action: "update", id, role: "support" }),
  sql: "it.raw_app_meta_data ->> 'role' = 'support'",
});

export const SIGN_OUT = onSomebody("signOut", {
  ...ENDING,
  body: (id) => ({ action: "signOut", id }),
  sql: "not exists (select from auth.sessions where user_id = it.id)",
});

/** All that ask Auth for something. */
export const KINDS: readonly Kind[] = [
  CREATE,
  ofSomebodyNew("invite", {}),
  BAN,
  onSomebody("unban", {
    ...SEEN,
    setUp: `update auth.users set banned_until = now() + interval '1 day'
      where id = $1`,
    body: (id) => ({ action: "unban", id }),
    sql: "it.banned_until is null or it.banned_until <= now()",
  }),
  DELETE,
  SOFT_DELETE,
  UPDATE_ROLE,
  onSomebody("deleteFactor", {
    ...ENDING,
    body: (id, factorId) => ({ action: "deleteFactor", id, factorId }),
    sql: "not exists (select from auth.mfa_factors where user_id = it.id)",
  }),
  onSomebody("update of a password", {
    isSeen: false,
    signsOut: true,
    body: (id) => ({ action: "update", id, password: crypto.randomUUID() }),
    sql: "it.encrypted_password <> $2",
  }),
  onSomebody("link", {
    isSeen: false,
    signsOut: false,
    body: (id) => ({ action: "link", id, type: "recovery" }),
    sql: "it.recovery_token <> ''",
  }),
];

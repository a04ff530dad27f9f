/**
 * What `admin-users` promises over HTTP.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { assertProblem } from "../../supabase/functions/_shared/testing/assert.ts";
import { PAGE } from "../../supabase/functions/admin-users/policy.ts";
import { tokenOf } from "../world.ts";
import {
  type Clause,
  type Contract,
  type Costly,
  isThere,
  type Place,
} from "./contract.ts";

const BODY_BYTES = 64 * 1024;

/** Asks as another server, which acts as an admin. */
async function ask(
  { call, world }: Place,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const apikey = world.stack.keys.secret;
  return await call("", {
    method: "POST",
    headers: { apikey, "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

async function told(response: Response, status = 200) {
  const text = await response.text();
  strictEqual(response.status, status, text);
  return JSON.parse(text);
}

const clauses: Clause[] = [
  isThere("admin-users", ["auth", "database", "storage"]),
  {
    name: "admin-users makes an account, changes it and removes it",
    async run(place) {
      const email = `${crypto.randomUUID()}@example.com`;

      const made = await told(
        await ask(place, { action: "create", email, role: "support" }),
        201,
      );
      const { id } = made.user;
      const seen = await told(await ask(place, { action: "list", email }));
      const changed = await told(
        await ask(place, { action: "update", id, role: null }),
      );
      const gone = await told(
        await ask(place, { action: "delete", id, mode: "hard" }),
      );
      const none = await ask(place, { action: "get", id });

      deepStrictEqual([made.user.role, seen.total], ["support", 1]);
      deepStrictEqual([changed.user.role, gone.user], [null, null]);
      await assertProblem(none, { status: 404, title: "User not found" });
    },
  },
  {
    name: "admin-users bans somebody, and ends their sessions",
    async run(place) {
      const person = await place.world.newPerson();

      const body = await told(
        await ask(place, { action: "ban", id: person.id, days: 1 }),
      );

      deepStrictEqual([body.user.state, body.sessionsEnded], ["banned", 1]);
      const { error } = await person.client.auth.refreshSession();
      ok(error !== null);
    },
  },
  {
    name: "admin-users writes down what it has done, and for whom",
    async run(place) {
      const { id } = await place.world.newPerson();
      const reason = crypto.randomUUID();
      await told(await ask(place, { action: "signOut", id, reason }));

      const { rows } = await told(
        await ask(place, { action: "audit", target: id }),
      );

      const [{ action, key, result, ...row }] = rows;
      deepStrictEqual([rows.length, action, key], [1, "signOut", "default"]);
      deepStrictEqual([result, row.reason], ["done", reason]);
    },
  },
  {
    name: "admin-users does nothing for people without a role",
    async run(place) {
      const person = await place.world.newPerson();
      const other = await place.world.newPerson();
      const authorization = `Bearer ${await tokenOf(person)}`;

      const response = await place.call("", {
        method: "POST",
        headers: { authorization, "content-type": "application/json" },
        body: JSON.stringify({ action: "ban", id: other.id, days: 1 }),
      });

      await assertProblem(response, { status: 403, title: "Forbidden" });
      const { error } = await other.client.auth.refreshSession();
      strictEqual(error, null);
    },
  },
];

/** As many people as no page has. */
const CROWD = 1_000;

function costly(
  name: string,
  act: (id: string, n: number) => unknown,
  status = 200,
): Costly {
  return {
    name,
    status,
    async prepare(place) {
      const { id } = await place.world.newPerson();
      await place.world.rows(
        `insert into auth.users (id, email, created_at)
         select gen_random_uuid(), n || '@crowd.example', now()
         from generate_series(1, $1) as n
         on conflict do nothing`,
        [CROWD],
      );
      await place.world.rows("delete from portico.rate_limits");
      let n = 0;
      return () => ask(place, act(id, n++));
    },
  };
}

export const contract: Contract = {
  clauses,
  costly: [
    costly("an account with all that it has", (id) => ({ action: "get", id })),
    costly("a page of people", () => ({ action: "list" })),
    costly("the longest page of people", () => {
      return { action: "list", perPage: PAGE.most, sort: "email" };
    }),
    costly("the longest page of the trail", () => {
      return { action: "audit", perPage: PAGE.most };
    }),
    costly("a ban", (id) => ({ action: "ban", id, days: 1 })),
    costly("a new account", () => {
      const email = `${crypto.randomUUID()}@example.com`;
      return { action: "create", email };
    }, 201),
    costly("the longest body", () => "{}".padEnd(BODY_BYTES), 422),
    costly("most items", () => `{"a":[0${",0".repeat(9_990)}]}`, 422),
  ],
  failing: {
    prepare: (place) => Promise.resolve(() => ask(place, { action: "list" })),
  },
};

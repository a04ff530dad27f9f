/**
 * What migrations and policies find in the schema `auth`.
 *
 * @module
 */
import { deepStrictEqual, equal } from "node:assert/strict";
import type { Sql } from "../../local/database.ts";
import { readScript } from "../platform.ts";
import { world } from "./world.ts";

Deno.test("auth.uid(), role(), email() and jwt() say who a statement is for", async () => {
  const sub = crypto.randomUUID();
  const claims = {
    role: "authenticated",
    sub,
    email: "ada@example.com",
    "app_metadata": { role: "admin" },
  };
  const ask = (sql: Sql) =>
    sql.query(`select current_user::text as db, auth.uid() as uid,
      auth.role() as role, auth.email() as email,
      auth.jwt() -> 'app_metadata' ->> 'role' as app`);

  const user = await world.database.as(claims, ask);
  const anonymous = await world.database.as({ role: "anon" }, ask);
  const nobody = await world.database.asOwner(ask);

  deepStrictEqual(user, [{
    db: "authenticated",
    uid: sub,
    role: "authenticated",
    email: "ada@example.com",
    app: "admin",
  }]);
  deepStrictEqual(anonymous, [{
    db: "anon",
    uid: null,
    role: "anon",
    email: null,
    app: null,
  }]);
  deepStrictEqual(nobody, [{
    db: "supabase_admin",
    uid: null,
    role: null,
    email: null,
    app: null,
  }]);
});

for (const role of ["anon", "authenticated", "service_role"]) {
  Deno.test(`${role} cannot read the tables of auth`, async () => {
    for (
      const table of [
        "users",
        "identities",
        "sessions",
        "refresh_tokens",
        "mfa_amr_claims",
      ]
    ) {
      const { code } = await world.database
        .as({ role }, (sql) => sql.query(`select from auth.${table}`))
        .then(() => ({ code: "read" }), (error) => error);

      equal(code, "42501", table);
    }
  });
}

Deno.test("auth.sql may run at every start", async () => {
  const { id } = await world.signUp();
  const script = await readScript("auth");

  await world.database.asOwner((sql) => sql.run(script));

  const left = await world.countsOf(id);
  deepStrictEqual(left, [1, 1, 1, 1]);
});

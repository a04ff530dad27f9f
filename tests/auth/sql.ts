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

/** As hosted: projects refer to these, and type generators list them. */
const TABLES = [
  "audit_log_entries",
  "flow_state",
  "identities",
  "instances",
  "mfa_amr_claims",
  "mfa_challenges",
  "mfa_factors",
  "oauth_clients",
  "one_time_tokens",
  "refresh_tokens",
  "saml_providers",
  "saml_relay_states",
  "schema_migrations",
  "sessions",
  "sso_domains",
  "sso_providers",
  "users",
];

Deno.test("auth has the tables of hosted, and each has row-level security", async () => {
  const tables = await world.rows<{ name: string; guarded: boolean }>(
    `select relname as name, relrowsecurity as guarded from pg_class
       where relnamespace = 'auth'::regnamespace and relkind = 'r'
       order by relname`,
  );

  deepStrictEqual(tables, TABLES.map((name) => ({ name, guarded: true })));
});

Deno.test("auth.users has the columns of hosted, in their order", async () => {
  const [users] = await world.rows<{ columns: string }>(
    `select string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', '
         order by attnum) as columns
       from pg_attribute where attrelid = 'auth.users'::regclass
         and attnum > 0 and not attisdropped`,
  );

  equal(users?.columns.replaceAll("character varying(255)", "name"), USERS);
});

/** From a dump of a hosted project; `name` is `character varying(255)`. */
const USERS = "instance_id uuid, id uuid, aud name, role name, email name, " +
  "encrypted_password name, email_confirmed_at timestamp with time zone, " +
  "invited_at timestamp with time zone, confirmation_token name, " +
  "confirmation_sent_at timestamp with time zone, recovery_token name, " +
  "recovery_sent_at timestamp with time zone, email_change_token_new name, " +
  "email_change name, email_change_sent_at timestamp with time zone, " +
  "last_sign_in_at timestamp with time zone, raw_app_meta_data jsonb, " +
  "raw_user_meta_data jsonb, is_super_admin boolean, " +
  "created_at timestamp with time zone, " +
  "updated_at timestamp with time zone, phone text, " +
  "phone_confirmed_at timestamp with time zone, phone_change text, " +
  "phone_change_token name, phone_change_sent_at timestamp with time zone, " +
  "confirmed_at timestamp with time zone, email_change_token_current name, " +
  "email_change_confirm_status smallint, " +
  "banned_until timestamp with time zone, reauthentication_token name, " +
  "reauthentication_sent_at timestamp with time zone, is_sso_user boolean, " +
  "deleted_at timestamp with time zone, is_anonymous boolean";

for (const role of ["anon", "authenticated", "service_role"]) {
  Deno.test(`${role} cannot read the tables of auth`, async () => {
    for (const table of TABLES) {
      const { code } = await world.database
        .as({ role }, (sql) => sql.query(`select from auth.${table}`))
        .then(() => ({ code: "read" }), (error) => error);

      equal(code, "42501", table);
    }
  });
}

Deno.test("the scripts of auth may run at every start", async () => {
  const { id } = await world.signUp();

  for (const name of ["auth", "auth_tokens", "auth_factors", "auth_unused"]) {
    const script = await readScript(name);
    await world.database.asOwner((sql) => sql.run(script));
  }

  const left = await world.countsOf(id);
  deepStrictEqual(left, [1, 1, 1, 1]);
});

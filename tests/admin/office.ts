/**
 * A back office: people with roles and second factors, and what they ask for.
 *
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { totpOf } from "../../local/auth/totp.ts";
import type { Role } from "../../supabase/functions/admin-users/rules.ts";
import { signed } from "../contracts/sweeps.ts";
import { type Person, tokenOf, type World } from "../world.ts";

/** Somebody who works there. */
export interface Member extends Person {
  /** Asks `admin-users`, with a token that has the role and a second factor. */
  ask(body: unknown, headers?: Record<string, string>): Promise<Response>;
}

/** How somebody has signed in. */
export interface SignIn {
  readonly hasSecondFactor?: boolean;
}

/** Somebody new, with `role`, signed in. */
export async function hire(
  world: World,
  role: Role | null,
  { hasSecondFactor = true }: SignIn = {},
): Promise<Member> {
  const person = await world.newPerson();
  if (role !== null) await promote(world, person.id, role);
  const { client, email, password } = person;
  const { error } = await client.auth.signInWithPassword({ email, password });
  strictEqual(error, null);
  if (hasSecondFactor) await showSecondFactor(person);
  const authorization = `Bearer ${await tokenOf(person)}`;
  return {
    ...person,
    ask: (body, headers) => ask(world, body, { authorization, ...headers }),
  };
}

/** Gives a role past everything, as whoever has the secret key can. */
export async function promote(
  world: World,
  id: string,
  role: unknown,
): Promise<void> {
  const { error } = await world.service().auth.admin
    .updateUserById(id, { app_metadata: { role } });
  strictEqual(error, null);
}

async function showSecondFactor({ client }: Person): Promise<void> {
  const { mfa } = client.auth;
  const { data } = await mfa.enroll({ factorType: "totp" });
  const { id: factorId = "", totp } = data ?? {};
  const period = Math.floor(Date.now() / 30_000);
  const code = await totpOf(totp?.secret ?? "", period);
  const { error } = await mfa.challengeAndVerify({ factorId, code });
  strictEqual(error, null);
}

/** Asks with what `headers` have. */
export async function ask(
  { stack }: World,
  body: unknown,
  headers: Record<string, string>,
): Promise<Response> {
  return await fetch(`${stack.url}/functions/v1/admin-users`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

/** Asks with the secret key, which acts as an admin. */
export async function askAsServer(
  world: World,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const apikey = world.stack.keys.secret;
  return await ask(world, body, { apikey, ...headers });
}

/** What an account is, to Auth and to Postgres, and all that hangs on it. */
export async function accountOf(world: World, id: string): Promise<unknown> {
  const [row] = await world.rows(
    `select to_jsonb(u) as account,
       (select jsonb_agg(to_jsonb(i) order by i.id)
          from auth.identities i where i.user_id = u.id) as identities,
       (select jsonb_agg(to_jsonb(f) order by f.id)
          from auth.mfa_factors f where f.user_id = u.id) as factors,
       (select jsonb_agg(s.id order by s.id)
          from auth.sessions s where s.user_id = u.id) as sessions
     from auth.users u where u.id = $1`,
    [id],
  );
  return row;
}

/** A row of the trail, with what came of it. */
export interface Written {
  readonly action: string;
  readonly actor: string | null;
  readonly key: string | null;
  readonly role: string;
  readonly target: string | null;
  readonly fields: readonly string[];
  readonly reason: string | null;
  readonly request: string;
  readonly result: string | null;
  readonly detail: string | null;
}

/** What the trail says was done to `target`, the oldest first. */
export async function writtenOf(
  world: World,
  target: string,
): Promise<Written[]> {
  return await world.rows<Written>(
    `select i.action, i.actor, i.actor_key as key, i.actor_role as role, i.fields, i.reason,
       i.request, coalesce(o.target, i.target) as target, o.result, o.detail
     from portico.audit i left join portico.audit o on o.intent = i.n
     where i.kind = 'intent' and coalesce(o.target, i.target) = $1
     order by i.n`,
    [target],
  );
}

/** Sets a run going, as cron does. */
export async function nudgeWork({ stack }: World): Promise<void> {
  const body = JSON.stringify({ function: "admin-users/work" });
  const response = await fetch(`${stack.url}/functions/v1/admin-users/work`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...signed(stack.keys.webhookSecret, { body }),
    },
    body,
  });
  strictEqual(response.status, 202);
  await response.body?.cancel();
}

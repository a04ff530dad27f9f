/**
 * People with an authenticator app, and what the rows say about them.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import { totpOf } from "../../local/auth/totp.ts";
import { type Person, world } from "./world.ts";

/** Somebody who has just seen the picture. */
export interface Enrolled extends Person {
  readonly factorId: string;
  readonly secret: string;
}

export async function enrolled(): Promise<Enrolled> {
  const person = await world.signUp();
  const { data, error } = await person.client.auth.mfa
    .enroll({ factorType: "totp", friendlyName: "phone" });
  equal(error, null);
  const { id = "", totp } = data ?? {};
  return { ...person, factorId: id, secret: totp?.secret ?? "" };
}

/** What the app shows now, or so many periods later. */
export function shown(secret: string, later = 0): Promise<string> {
  return totpOf(secret, Math.floor(Date.now() / 30_000) + later);
}

export async function verified(): Promise<Enrolled> {
  const person = await enrolled();
  const { factorId, secret, client } = person;
  const code = await shown(secret);
  const { error } = await client.auth.mfa.challengeAndVerify({
    factorId,
    code,
  });
  equal(error, null);
  return person;
}

/** What the rows say about somebody's factors and sessions. */
export async function stateOf({ id }: Pick<Person, "id">): Promise<unknown> {
  const [row] = await world.rows(
    `select
       (select jsonb_agg(to_jsonb(f) order by f.id)
          from auth.mfa_factors f where user_id = $1) as factors,
       (select jsonb_agg(to_jsonb(s) order by s.id)
          from auth.sessions s where user_id = $1) as sessions,
       (select jsonb_agg(to_jsonb(c) order by c.id)
          from auth.mfa_challenges c join auth.mfa_factors f
            on f.id = c.factor_id where user_id = $1) as challenges`,
    [id],
  );
  return row;
}

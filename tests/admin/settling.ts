/**
 * Acts that nobody has ended, and what sweep makes of them.
 *
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { behindGateway } from "../contracts/contract.ts";
import * as sweeps from "../contracts/sweeps.ts";
import type { World } from "../world.ts";

/** What the trail says of an act: `open` if nobody has ended it. */
export interface Standing {
  readonly action: string;
  readonly target: string | null;
  readonly result: string;
  readonly detail: string | null;
}

/** What the trail says was to be done to who had `email`, the oldest first. */
export async function standingOf(
  world: World,
  email: string,
): Promise<Standing[]> {
  return await world.rows<Standing>(
    `select i.action, coalesce(o.target, i.target) as target, o.detail,
       coalesce(o.result, case when open.n is null then 'lost' else 'open' end)
         as result
     from portico.audit i
     join portico.audit_people person on person.n = i.n
     left join portico.audit o on o.intent = i.n
     left join portico.open_intents open on open.n = i.n
     where i.kind = 'intent' and person.email = $1 order by i.n`,
    [email],
  );
}

/** The results alone. */
export async function resultsOf(
  world: World,
  email: string,
): Promise<string[]> {
  return (await standingOf(world, email)).map(({ result }) => result);
}

/** Has sweep settle what is open, once it is as old as it must be. */
export async function settle(world: World): Promise<void> {
  await world.rows(
    "update portico.open_intents set at = at - interval '4 minutes'",
  );
  strictEqual((await sweep(world, "intents")).failed, 0);
}

/** What a run makes of one task. */
export async function sweep(
  world: World,
  task: string,
): Promise<sweeps.Result> {
  const place = behindGateway(world, "sweep");
  const response = await sweeps.ask(place, { tasks: [task] });
  const { tasks: [result] } = await response.json();
  return result;
}

/** Lets everybody act as often as if they had not acted yet. */
export async function forgetActs({ rows }: World): Promise<void> {
  await rows("delete from portico.rate_limits where name = 'admin-acts'");
}

/**
 * How tests ask `sweep`, and what is there for it to remove.
 *
 * @module
 */
import { createHmac } from "node:crypto";
import type { World } from "../world.ts";
import type { Place } from "./contract.ts";

/** Rows of `portico.uploads`, by whether they have had their time. */
export interface Uploads {
  readonly due: number;
  readonly live: number;
}

/** What a run made of one task. */
export interface Result {
  readonly task: string;
  readonly outcome: string;
  readonly removed: number;
  readonly failed: number;
  readonly remaining: number;
}

/** Leaves these uploads of `owner` and no others. */
export async function fill(
  world: World,
  owner: string,
  { due, live }: Uploads,
): Promise<void> {
  await world.rows("delete from portico.uploads");
  await world.rows(
    `insert into portico.uploads (owner, bucket, path, at_bucket, at_path, type,
       bytes, expires_at)
     select $1, 'photos', i::text, 'photos', i::text, 'image/png', 1,
       now() + case when i <= $2 then -1 else 1 end * interval '1 minute'
     from generate_series(1, $2::int + $3::int) as i`,
    [owner, due, live],
  );
}

/** How many there are. */
export async function uploads(world: World): Promise<Uploads> {
  const [row] = await world.rows<Uploads>(
    `select count(*) filter (where expires_at <= now())::int as due,
       count(*) filter (where expires_at > now())::int as live
     from portico.uploads`,
  );
  return { due: row?.due ?? NaN, live: row?.live ?? NaN };
}

/** Asks for a run, as an operator unless `headers` say otherwise. */
export function ask(
  place: Place,
  body: unknown,
  headers: Readonly<Record<string, string>> = operator(place),
): Promise<Response> {
  return place.call("", {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json", ...headers },
  });
}

/** What an operator sends. */
export function operator({ world }: Place): Record<string, string> {
  return { apikey: world.stack.keys.secret };
}

/** All that `portico.nudge('sweep')` says. */
export const NUDGE = { function: "sweep" };

/** Standard Webhooks 1.0.0, by another implementation of HMAC than ours. */
export function signed(
  secret: string,
  { at = Date.now(), body = JSON.stringify(NUDGE) }: {
    at?: number;
    body?: string;
  } = {},
): Record<string, string> {
  const id = crypto.randomUUID();
  const stamp = String(Math.floor(at / 1000));
  const key = Uint8Array.fromBase64(secret.replace("whsec_", ""));
  const mac = createHmac("sha256", key).update(`${id}.${stamp}.${body}`);
  return {
    "webhook-id": id,
    "webhook-timestamp": stamp,
    "webhook-signature": `v1,${mac.digest("base64")}`,
  };
}

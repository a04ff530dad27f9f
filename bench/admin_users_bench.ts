/**
 * What does a page of people cost through `admin-users`, over the same page of
 * Auth's own API? Of 10,000 people, with the total.
 *
 * One client over loopback HTTP, both in turn. The function is behind the gateway
 * in a process of its own, and looks who asks.
 *
 *     deno task bench admin_users
 *
 * @module
 */
import { askAsServer } from "../tests/admin/office.ts";
import { startWorld } from "../tests/world.ts";
import { median, table } from "../tools/report.ts";

const PEOPLE = 10_000;
const ROUNDS = 50;
const WARM_UP = 5;

const world = await startWorld();
await world.rows(
  `insert into auth.users (id, aud, role, email, created_at)
   select gen_random_uuid(), 'authenticated', 'authenticated',
     n || '@example.com', now() - n * interval '1 minute'
   from generate_series(1, $1) as n`,
  [PEOPLE],
);
await world.rows("analyze auth.users");

async function timed(asked: () => Promise<Response>): Promise<number> {
  const at = performance.now();
  const response = await asked();
  const { users } = await response.json();
  if (users.length !== 50) throw new Error(`${response.status}`);
  return performance.now() - at;
}

/** Auth's own, a page of 50. */
async function askAuth(query: string): Promise<Response> {
  const { url, keys } = world.stack;
  const authorization = `Bearer ${keys.secret}`;
  return await fetch(`${url}/auth/v1/admin/users?per_page=50&${query}`, {
    headers: { apikey: keys.secret, authorization },
  });
}

const JOBS: [name: string, ours: Record<string, unknown>, theirs: string][] = [
  ["the first page", { page: 1 }, "page=1"],
  ["page 150", { page: 150 }, "page=150"],
  ["by a part of the address", { email: "99" }, "filter=99"],
];

const rows: string[][] = [];
for (const [name, wanted, query] of JOBS) {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const peer = await timed(() => askAuth(query));
    const own = await timed(() =>
      askAsServer(world, { action: "list", perPage: 50, ...wanted })
    );
    if (round < 0) continue;
    theirs.push(peer);
    ours.push(own);
  }
  const [mine, peer] = [median(ours), median(theirs)];
  rows.push([
    name,
    mine.toFixed(1),
    peer.toFixed(1),
    (mine / peer).toFixed(2),
  ]);
}
table(["list", "ms, median", "Auth's API, ms", "ratio"], rows);

await world[Symbol.asyncDispose]();
Deno.exit(0); // PGlite leaves a timer behind

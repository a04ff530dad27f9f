/**
 * What does a link of `signed-download` cost over one that supabase-js has
 * Storage sign, when nobody has asked before and when somebody has?
 *
 * One client over loopback HTTP. The two take turns request by request. The
 * function does more: it checks that the person is still there, counts, and
 * remembers; and it is behind the gateway, in a process of its own.
 *
 *     deno task bench signed_download
 *
 * @module
 */
import { behindGateway } from "../tests/contracts/contract.ts";
import {
  answers,
  fill,
  itemsOf,
  newcomer,
} from "../tests/contracts/downloads.ts";
import { startWorld } from "../tests/world.ts";
import { median, table } from "../tools/report.ts";

const ROUNDS = 100;
const WARM_UP = 10;

const world = await startWorld();
const place = behindGateway(world, "signed-download");
const { person, token } = await newcomer(place);
const paths = await fill(world, person.id, 100);
const photos = person.client.storage.from("photos");

async function timed(work: () => Promise<unknown>): Promise<number> {
  const at = performance.now();
  await work();
  return performance.now() - at;
}

async function signDirectly(some: readonly string[]): Promise<void> {
  const { data, error } = await photos.createSignedUrls([...some], 120);
  if (error || data.some((it) => it.error !== null)) throw new Error("No URL");
}

async function askFunction(some: readonly string[]): Promise<void> {
  const given = await answers(place, token, itemsOf("photos", some));
  if (given.some(({ url }) => url === undefined)) throw new Error("No URL");
}

const rows: string[][] = [];
for (const count of [1, 100]) {
  const some = paths.slice(0, count);
  const times: Record<"new" | "known" | "peer", number[]> = {
    new: [],
    known: [],
    peer: [],
  };
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    await world.rows("delete from portico.links");
    await world.rows("delete from portico.rate_limits");
    const peer = await timed(() => signDirectly(some));
    const fresh = await timed(() => askFunction(some));
    const known = await timed(() => askFunction(some));
    if (round < 0) continue;
    times.peer.push(peer);
    times.new.push(fresh);
    times.known.push(known);
  }
  const theirs = median(times.peer);
  const row = (what: string, ours: number) => [
    `${count} ${what}`,
    ours.toFixed(2),
    theirs.toFixed(2),
    (ours / theirs).toFixed(2),
  ];
  rows.push(row("new", median(times.new)), row("known", median(times.known)));
}
table(["links", "ms, median", "supabase-js and Storage, ms", "ratio"], rows);

await world[Symbol.asyncDispose]();
Deno.exit(0); // PGlite leaves a timer behind

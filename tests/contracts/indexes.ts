/**
 * A table that is watched while a clause runs, and how tests ask
 * `vector-index` and `vector-search`.
 *
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { staticEn } from "../../supabase/functions/_shared/embed/static_en.ts";
import { OPERATOR } from "../../supabase/functions/vector-index/policy.ts";
import { supabaseQueue } from "../../supabase/functions/vector-index/queue.ts";
import { work } from "../../supabase/functions/vector-index/run.ts";
import { type Shelf, shelfOf, type Tally } from "../index/shelf.ts";
import { until } from "../until.ts";
import type { World } from "../world.ts";
import type { Place } from "./contract.ts";
import { operator } from "./sweeps.ts";

/** The source, and with `_` its table. */
export const NAME = "contract-notes";

/** Notes of people, which are in the index as long as nobody disposes of them. */
export interface Notes extends Shelf, AsyncDisposable {
  /** A body for each row; of nobody, which all may see, unless stated. */
  add(bodies: readonly string[], owner?: string): Promise<void>;
}

/**
 * Makes `public.contract_notes`, of which each person sees their own and those
 * of nobody, and watches it. `options` are more arguments of `portico.watch`.
 */
export async function notesIn(world: World, options = ""): Promise<Notes> {
  const shelf = shelfOf(world);
  await shelf.run(
    `create table public.contract_notes (
       id bigint primary key generated always as identity,
       owner uuid, org int, body text not null
     );
     alter table public.contract_notes enable row level security;
     create policy "notes are their owner's" on public.contract_notes
       for select using (owner is null or owner = (select auth.uid()));
     grant select on public.contract_notes to authenticated;
     select portico.watch('${NAME}', 'public.contract_notes', 'body',
       metadata => '{org}' ${options})`,
  );
  return {
    ...shelf,
    async add(bodies, owner) {
      // The key counts from 1, and the organisation from 0.
      await shelf.rows(
        `insert into public.contract_notes (owner, org, body)
         select $2, (n - 1) % 3, body
         from unnest($1::text[]) with ordinality as it (body, n) order by n`,
        [bodies, owner ?? null],
      );
    },
    async [Symbol.asyncDispose]() {
      await until(() => isIdle(shelf));
      await shelf.run(
        `select portico.unwatch('${NAME}');
         drop table public.contract_notes`,
      );
    },
  };
}

/** Whether nobody works on the index. */
export async function isIdle({ rows }: Shelf): Promise<boolean> {
  return (await rows("select from portico.index_runs")).length === 0;
}

/** Has what is due indexed by this process: a project may search alone. */
export async function indexHere(world: World): Promise<void> {
  const queue = supabaseQueue(world.service(), crypto.randomUUID());
  const bench = {
    queue,
    embedder: () => Promise.resolve(staticEn()),
    signal: AbortSignal.timeout(60_000),
  };
  strictEqual(await queue.begin(), "begun");
  const [maxChunks, maxCpuMs, maxCalls] = [Infinity, Infinity, Infinity];
  await work(bench, { ...OPERATOR, maxChunks, maxCpuMs, maxCalls });
}

/** Asks `vector-index` for a run, as an operator unless `headers` say otherwise. */
export function askIndex(
  place: Place,
  body: unknown = {},
  headers: Readonly<Record<string, string>> = operator(place),
): Promise<Response> {
  return place.call("", {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: { "content-type": "application/json", ...headers },
  });
}

/** What a run, which must end well, has done. */
export async function tallyOf(response: Response): Promise<Tally> {
  const text = await response.text();
  strictEqual(response.status, 200, text);
  return JSON.parse(text);
}

/** Asks `vector-search` as somebody signed in. */
export function askSearch(
  place: Place,
  token: string,
  wish: unknown,
): Promise<Response> {
  return place.call("", {
    method: "POST",
    body: JSON.stringify(wish),
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
    },
  });
}

/** A result of a search. */
export interface Result {
  readonly key: { readonly id: number };
  readonly chunk: number;
  readonly content: string;
  readonly score: number;
  readonly highlight?: string;
  readonly metadata: { readonly org: number };
}

/** What a search, which must be answered, says. */
export async function found(
  place: Place,
  token: string,
  wish: Readonly<Record<string, unknown>>,
): Promise<{ mode: string; results: Result[]; index: unknown }> {
  const response = await askSearch(place, token, { source: NAME, ...wish });
  const text = await response.text();
  strictEqual(response.status, 200, text);
  return JSON.parse(text);
}

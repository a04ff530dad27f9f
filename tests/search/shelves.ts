/**
 * A large table that is watched, of which one person sees a tenth and another all.
 *
 * @module
 */
import { staticEn } from "../../supabase/functions/_shared/embed/static_en.ts";
import type { Claims, Sql } from "../../local/database.ts";
import { shelfOf } from "../index/shelf.ts";
import { QUESTIONS } from "../retrieval/set.ts";
import type { World } from "../world.ts";
import { prose } from "./prose.ts";

const FEW = "00000000-0000-4000-8000-000000000010";
const ALL = "00000000-0000-4000-8000-000000000100";

/** Who searches, by how much they see. */
export const READERS = {
  "10 %": { role: "authenticated", sub: FEW },
  "all": { role: "authenticated", sub: ALL },
} satisfies Record<string, Claims>;

/** Who may read what. */
export const POLICY =
  `owner = (select auth.uid()) or (select auth.uid()) = '${ALL}'`;

/** A question, and its vector as Postgres reads it. */
export interface Asked {
  readonly text: string;
  readonly vector: string;
}

/** Watches `public.shelves`, of `count` rows with a chunk each, and indexes it. */
export async function fillShelves(
  world: World,
  count: number,
): Promise<number> {
  const shelf = shelfOf(world);
  await shelf.run(`
    create table public.shelves (
      id int primary key, owner uuid, part int, text text
    );
    alter table public.shelves enable row level security;
    create policy theirs on public.shelves for select using (${POLICY});
    select portico.watch('shelves', 'public.shelves', 'text',
      metadata => '{part}');`);
  await world.rows(
    `insert into public.shelves
     select n, case when n % 10 = 3 then $2::uuid end, n / 10 % 100, it
     from unnest($1::text[]) with ordinality as it (it, n)`,
    [prose(count), FEW],
  );
  while ((await shelf.index()).written > 0);
  const [source] = await shelf.rows<{ serving: number }>(
    "select serving from portico_index.sources where name = 'shelves'",
  );
  if (source === undefined) throw new Error("Cannot find the source");
  await shelf.run(`analyze public.shelves;
    analyze portico_index.chunks_${source.serving}`);
  return source.serving;
}

/** The questions of the retrieval set. */
export async function askedOf(): Promise<Asked[]> {
  const texts = QUESTIONS.map(({ text }) => text);
  const { vectors } = await staticEn().embed(texts, {
    ...{ purpose: "query", signal: new AbortController().signal },
  });
  return texts.map((text, at) => ({ text, vector: `[${vectors[at]}]` }));
}

/** A search by meaning, and in how many rows. */
export interface Sought {
  readonly reader: keyof typeof READERS;
  readonly filter: Readonly<Record<string, unknown>>;
  /** The same as SQL of the table's columns. */
  readonly condition: string;
}

/** The cosine of something that was found. */
export interface Near {
  readonly similarity: number;
}

/** What a search by meaning finds, ten at most. */
export type Find = (
  sql: Sql,
  vector: string,
  sought: Sought,
) => Promise<readonly Near[]>;

/** By `search_index`. */
export function findByIndex(
  sql: Sql,
  vector: string,
  { filter }: Sought,
): Promise<Near[]> {
  return sql.query(
    `select it.similarity
     from jsonb_to_recordset(portico_api.search_index('shelves', $1)
       -> 'results') as it (similarity float8)`,
    [{ mode: "semantic", k: 10, perRow: true, vector, filter }],
  );
}

/**
 * The share of the ten nearest that `find` has. What is as near as the tenth is as
 * good.
 */
export async function recallOf(
  find: Find,
  sought: Sought,
  { world, generation, asked }: {
    readonly world: World;
    readonly generation: number;
    readonly asked: readonly Asked[];
  },
): Promise<number> {
  let hits = 0;
  const nearest = `select min(it) as it from (
      select -(embedding operator(extensions.<#>)
        $1::text::extensions.vector) as it
      from portico_index.chunks_${generation}
      where key_1 in (select id from public.shelves where ${sought.condition})
      order by it desc limit 10
    ) as it`;
  for (const { vector } of asked) {
    hits += await world.stack.database.as(
      READERS[sought.reader],
      async (sql) => {
        const [tenth] = await sql.query<{ it: number }>(nearest, [vector]);
        const found = await find(sql, vector, sought);
        const least = (tenth?.it ?? NaN) - 1e-6;
        return found.filter(({ similarity }) => similarity >= least).length;
      },
    );
  }
  return hits / (10 * asked.length);
}

/** What is searched, and how much of it a filter leaves. */
export const SOUGHT: readonly (readonly [name: string, Sought])[] = [
  ["all", { reader: "all", filter: {}, condition: "true" }],
  ["a filter to 10 %", {
    reader: "all",
    filter: { part: { lt: 10 } },
    condition: "part < 10",
  }],
  ["a filter to 1 %", {
    reader: "all",
    filter: { part: { eq: 7 } },
    condition: "part = 7",
  }],
  ["rights to 10 %", { reader: "10 %", filter: {}, condition: "true" }],
  ["rights to 10 %, of which a filter leaves 10 %", {
    reader: "10 %",
    filter: { part: { gte: 90 } },
    condition: "part >= 90",
  }],
];

/**
 * Tables of which everybody may see something else, and everybody.
 *
 * @module
 */
import type { Claims } from "../../local/database.ts";
import { type Dice, dice } from "../index/random.ts";
import { DOCUMENTS } from "../retrieval/set.ts";

/** A row, as it is when it is indexed. */
export interface Row {
  readonly id: number;
  readonly owner: string;
  readonly org: number | null;
  readonly isOpen: boolean;
  readonly club: number;
  readonly lang: string;
  readonly text: string;
}

/** Who may see what of each table, as its policy says it; none has no RLS. */
export const TABLES: Readonly<Record<string, string | undefined>> = {
  own: "owner = auth.uid()",
  team: "org = (auth.jwt() -> 'app_metadata' ->> 'org')::int",
  open: "is_open or owner = (select auth.uid())",
  closed: "",
  club: `club in (
    select club from public.members where person = (select auth.uid())
  )`,
  free: undefined,
};

/**
 * How many rows a table has. Of the first so many that whoever owns 1 % of it is
 * not among those of whom a search hears first.
 */
export function sizeOf(table: string): number {
  return table === "own" ? 1500 : 250;
}

const ORGS = 4;
const CLUBS = 5;
const LANGUAGES = ["en", "de", "fr"];

/** The first owns most rows of each table, and each other 1 %. */
const PEOPLE = Array.from({ length: 16 }, (_, at) => uuid(at));

function uuid(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
}

/** Everybody who asks, by name. */
export const CALLERS: readonly (readonly [name: string, claims: Claims])[] = [
  ...PEOPLE.map((sub, at): [string, Claims] => [
    `person ${at}`,
    {
      role: "authenticated",
      sub,
      ...at % 5 > 0 && { "app_metadata": { org: at % 5 } },
    },
  ]),
  ["a stranger", { role: "authenticated", sub: uuid(99) }],
  ["nobody", { role: "anon" }],
  ["the service", { role: "service_role" }],
];

/** Words that texts are made of. */
export const WORDS: readonly string[] = [
  ...new Set([...DOCUMENTS.values()].join(" ").match(/[a-z]{3,}/gi)),
];

const TEXTS = [...DOCUMENTS.values()];

/** The rows of a table. Half of them are about refunds. */
export function rowsOf(table: string): Row[] {
  const chance = dice(Object.keys(TABLES).indexOf(table));
  return Array.from({ length: sizeOf(table) }, (_, at) => ({
    id: at + 1,
    owner: ownerBy(chance),
    org: chance.below(ORGS + 1) || null,
    isOpen: chance.below(10) === 0,
    club: chance.below(CLUBS),
    lang: pick(LANGUAGES, chance),
    text: (chance.below(2) === 0 ? "A refund. " : "") + pick(TEXTS, chance),
  }));
}

function ownerBy(chance: Dice): string {
  const lot = chance.below(100);
  return uuid(lot < 15 ? lot + 1 : 0);
}

/** One of `things`, which has some. */
export function pick<Thing>(things: readonly Thing[], chance: Dice): Thing {
  const thing = things[chance.below(things.length)];
  if (thing === undefined) throw new Error("Cannot pick one of none");
  return thing;
}

/** Makes all tables, and has them watched. Their rows come from `$rows`. */
export function scriptOf(): string {
  const members = PEOPLE.map((it, at) => `(${at % (CLUBS + 1)}, '${it}')`);
  return `
    create table public.members (club int, person uuid);
    alter table public.members enable row level security;
    create policy own on public.members for select to authenticated
      using (person = (select auth.uid()));
    insert into public.members values ${members.join()};
    ${
    Object.entries(TABLES).map(([name, policy]) => tableOf(name, policy)).join(
      "\n",
    )
  }`;
}

function tableOf(name: string, policy: string | undefined): string {
  return `
    create table public.${name} (
      id int primary key, owner uuid, org int, "isOpen" boolean, club int,
      lang text, text text, wanted boolean default true,
      is_open boolean generated always as ("isOpen") stored
    );
    ${
    policy === undefined
      ? ""
      : `alter table public.${name} enable row level security;`
  }
    ${
    policy
      ? `create policy theirs on public.${name} for select using (${policy});`
      : ""
  }
    select portico.watch('${name}', 'public.${name}', 'text',
      metadata => '{org,lang}', "where" => 'wanted',
      chunking => '{"maxTokens": 24, "overlapTokens": 0}');`;
}

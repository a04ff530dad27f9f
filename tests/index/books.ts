/**
 * A table that is watched, and what is to be found of it. No I/O.
 *
 * @module
 */
import type { Chunking } from "../../supabase/functions/vector-index/chunking/chunk.ts";

/** Small, so that many texts are several chunks. */
export const CHUNKING: Chunking = {
  format: "text",
  maxTokens: 32,
  overlapTokens: 4,
};

/** Of the vectors. */
export const DIMENSIONS = 32;

/** Makes the table. */
export const BOOKS = `
  create table public.books (
    id int primary key, org int not null, title text not null, body text,
    views int not null default 0
  )`;

/** Has it watched. */
export const WATCH = `
  select portico.watch(
    'books', 'public.books', 'title || E''\\n\\n'' || coalesce(body, '''')',
    metadata => '{org}', "where" => 'org > 0', model => 'words',
    dimensions => ${DIMENSIONS}, chunking => '${JSON.stringify(CHUNKING)}'
  )`;

/** A row of it, as far as it matters to the index. */
export interface Book {
  readonly id: number;
  readonly org: number;
  readonly title: string;
  readonly body: string | null;
}

/** Whether a book is to be found. */
export function isWanted({ org }: Book): boolean {
  return org > 0;
}

/** What is indexed of it. */
export function textOf({ title, body }: Book): string {
  return `${title}\n\n${body ?? ""}`;
}

/** Providers refuse texts with this word. */
export const POISON = "POISON";

/** Whoever embeds a text with this word dies. */
export const KILLER = "KILLER";

/** Whether a text may be set aside. */
export function isEvil(text: string): boolean {
  return text.includes(POISON) || text.includes(KILLER);
}
